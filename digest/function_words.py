"""The commonest small words of some languages, which say nothing of an event.

An archive of headlines knows them better; this is for the first days, when there is none.
"""

from __future__ import annotations

_WORDS = {
    "cs": "a aby ale až by být co do i je jeho jejich jen již k ke která které který na nad ne "
    "nebo není o od po pod podle pro proti před při s se si za z ze že v ve u už to jak "
    "jako",
    "da": "af at den der det de din efter eller en er et for fra har hun han i ikke ind kan med "
    "men mod nu når og om op over på sin skal som så til ud var ved vil",
    "de": "aber als am an auch auf aus bei beim bis das dem den der des die ein eine einem "
    "einen einer eines er es für gegen hat ihr im in ist kann mehr mit nach nicht noch "
    "nun nur oder ohne sein seine sich sie sind so soll über um und unter vom von vor war "
    "was wegen weil wenn wer wie will wird wir zu zum zur",
    "en": "a about after against all an and are as at be been before but by can could for from "
    "get gets had has have he her his how if in into is it its may more new no not of off "
    "on or our out over says she should some than that the their them they this to under "
    "up was we were what when where which who why will with would you your",
    "es": "a al ante como con contra cómo de del desde dos el ella en entre era es esta este "
    "fue ha han hasta la las le les lo los más mi muy no o para pero por qué que se ser "
    "sin sobre son su sus también tras un una uno y ya",
    "fi": "ei eli en että hän he ja jo joka jos kun kuin me mitä mukaan myös ne nyt oli on ovat "
    "se sen sekä tai tämä vai vain voi",
    "fr": "à a après au aux avant avec ce ces cette chez comme comment contre d dans de des "
    "deux du elle en entre est et été il ils l la le les leur leurs mais ne nous on ont "
    "ou où par pas plus pour pourquoi qu que qui s sa se ses si son sont sous sur un une "
    "vers vous",
    "it": "a ad ai al alla alle anche che chi ci come con contro da dal dalla dei del della "
    "delle dello di dopo due e è ed gli ha hanno i il in la le lo ma nel nella nei non o "
    "per perché più quando se si sono su sui sul sulla tra un una uno",
    "nl": "aan al als bij dan dat de deze die dit door een en er geen haar heeft het hij hoe "
    "hun in is kan maar meer met na naar niet nog nu of om onder ook op over te tegen tot "
    "uit van veel voor was wat wel wie wil wordt ze zich zijn zo",
    "no": "av at den det de du eller en er et etter for fra ha han har hun i ikke inn kan med "
    "men mot nå når og om opp over på seg sin skal som så til ut var ved vil",
    "pl": "a ale bez być by był co czy dla do go i ich jak jako jego jej jest już ma na nad nie "
    "o od oraz po pod przed przez przy się są ta tak te to tego tej tym w we z za ze że",
    "pt": "a ao aos após as até com como contra da das de depois do dos e é ela ele em entre "
    "está foi há já mais mas na nas no nos não o os ou para pela pelo por quando que são "
    "se sem ser seu sobre sua também tem um uma",
    "ru": "а без бы был была были в во для до его ее если же за и из или их к как когда ко кто "
    "ли мы на над не нет но о об он она они от по под после при про с со так то у уже что "
    "чтобы это",
    "sv": "att av de den det du efter eller en ett för från ha han har hon i inte in kan med "
    "men mot nu när och om på sig sin ska som så till under upp ut var vid vill än är "
    "över",
    "tr": "ama bir bu çok da daha de değil en gibi göre her için ile ise kadar ki mi ne o olan "
    "olarak oldu sonra şu ve veya ya",
}
FUNCTION_WORDS = {**_WORDS, "nb": _WORDS["no"], "nn": _WORDS["no"]}

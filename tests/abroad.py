"""The same morning in other languages: German, French and Spanish papers, and an Arabic one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from courier import a_picture, a_placement, at, the_courier

from digest.model import Issue, MostPopular, Placement, Report, Section


def _paper(
    language: str,
    name: str,
    city: str,
    titles: tuple[str, str, str],
    condition: str,
    stories: tuple[tuple[str, str], ...],
    basis: str,
) -> Issue:
    """An issue of five stories: the lead, two cards, two popular; `titles` are those of parts."""
    edition, section, popular = titles
    courier = the_courier()
    masthead = replace(
        courier.masthead,
        name=name,
        city=city,
        language=language,
        title=edition,
        postal_address=f"{city} 1",
        weather=Report(temperature_c=-3.5, condition=condition, as_of=at("05:40")),
    )
    lead, first, second, third, fourth = (
        a_placement(title, f"story-{n}", standfirst=standfirst, source=name, slot=section)
        for n, (title, standfirst) in enumerate(stories)
    )
    return replace(
        courier,
        masthead=masthead,
        subject=lead.title,
        preheader=first.title,
        lead=_opened(lead, section),
        related=(),
        sections=(Section(title=section, cards=(first, replace(second, date=at("21:30", 22)))),),
        popular=MostPopular(title=popular, basis=basis, items=(third, fourth)),
    )


def _opened(lead: Placement, section: str) -> Placement:
    picture = a_picture("river", alt=lead.standfirst, credit=lead.source)
    return replace(
        lead, section=section, paragraphs=(lead.standfirst,), image=picture, others=2, slot="lead"
    )


def a_german_paper() -> Issue:
    return _paper(
        "de-DE",
        "Der Elbkurier",
        "Hamburg",
        ("Der Elbkurier am Morgen", "Politik", "Meistgelesen"),
        "leichter Schneefall",
        (
            (
                "Bundesverfassungsgericht kippt Geschwindigkeitsbegrenzungsverordnung",
                "Das Urteil gilt von sofort an; der Minister will „binnen Wochen“ nachbessern.",
            ),
            (
                "Hafenarbeiter nehmen das Angebot an, mit einer Stimme Mehrheit",
                "Ausgezählt wurde bis vier Uhr früh, bei Grünkohl und offenen Türen.",
            ),
            ("Die Fähre nach Övelgönne fährt wieder", "Sie hieß früher anders."),
            ("Warum der Michel zehn Minuten nachging", "Es lag am Fett, nicht an der Uhr."),
            ("Birnen, Bohnen und Speck für nasse Montage", "Vierzig Minuten, meist Warten."),
        ),
        "Was in den 24 Stunden bis 5:30 Uhr am häufigsten gelesen wurde",
    )


def a_french_paper() -> Issue:
    return _paper(
        "fr-FR",
        "Le Courrier de la Loire",
        "Nantes",
        ("La lettre du matin", "À la une", "Les plus lus"),
        "pluie fine",
        (
            (
                "Le pont de l’Île fermé un an : les bacs reprennent du service dès ce soir",
                "« Personne ne paiera pour nos fissures », promet la présidente de la métropole.",
            ),
            (
                "L’école sans devoirs voudrait savoir pourquoi ça marche",
                "Les résultats montent pour la troisième année ; on soupçonne le sommeil.",
            ),
            ("Le dernier allumeur de réverbères raccroche", "Il en allumait quarante-quatre."),
            ("Une soupe pour les lundis gris", "Poireaux, orge, beurre noisette."),
            ("Cœur de ville : dix ans de travaux, et après ?", "Les commerçants comptent."),
        ),
        "Ce que les lecteurs ont le plus ouvert en 24 heures, jusqu’à 5 h 30",
    )


def a_spanish_paper() -> Issue:
    return _paper(
        "es-ES",
        "El Correo del Turia",
        "València",
        ("El boletín de la mañana", "Ciudad", "Lo más leído"),
        "lluvia débil",
        (
            (
                "¿Quién paga las grietas? El puente cierra un año y vuelven las barcas",
                "La alcaldesa promete que el viaje será gratis hasta Pascua.",
            ),
            (
                "La directora que abolió los deberes quiere saber por qué funcionó",
                "Los resultados suben por tercer año; ella sospecha del sueño.",
            ),
            ("El relojero, absuelto de parar las campanas", "Era óxido, no venganza."),
            ("Una sopa para lunes de lluvia", "Puerro, cebada y mantequilla tostada."),
            ("El último farolero entrega su pértiga", "Encendía cuarenta y cuatro farolas."),
        ),
        "Lo que más se abrió en las 24 horas hasta las 5:30",
    )


def an_arabic_paper() -> Issue:
    """Right to left, with a name in Latin letters, and one source that writes left to right."""
    paper = _paper(
        "ar",
        "بريد النيل",
        "القاهرة",
        ("نشرة الصباح", "أخبار", "الأكثر قراءة"),
        "مطر خفيف",
        (
            (
                "إغلاق جسر النهر لمدة عام وعودة العبّارات الليلية ابتداءً من مساء اليوم",
                "وجد المهندسون شقوقًا في ثلاث من دعائمه السبع، وقالت الهيئة إن الرحلات مجانية.",
            ),
            (
                "المدرسة التي ألغت الواجبات المنزلية تريد أن تعرف سبب نجاحها",
                "ارتفعت النتائج للعام الثالث على التوالي، والمديرة تظن أن السبب هو النوم.",
            ),
            ("شركة Northern Wire تفتح مكتبًا في المدينة", "يعمل فيه 12 صحفيًا."),
            ("آخر مشعل للمصابيح يسلّم عصاه", "أضاء المصابيح نفسها كل مساء."),
            ("حساء لأيام الاثنين الماطرة", "أربعون دقيقة، معظمها انتظار."),
        ),
        "ما فتحه القرّاء أكثر خلال 24 ساعة حتى 05:30",
    )
    section = paper.sections[0]
    foreign = a_placement(
        "Talks on the strait go into a third night",
        "strait",
        standfirst="The ships wait.",
        source="Northern Wire",
        date=dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC),
    )
    return replace(paper, sections=(replace(section, cards=(*section.cards, foreign)),))

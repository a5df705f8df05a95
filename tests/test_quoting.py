"""What is quoted was chosen, and is the comment's own; all else is told to the editors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from comment_feeds import BRIDGE, TEA, TEA_AT
from fiction import CUTOFF, make_article, make_edition, make_inputs, make_story

from digest.comment import Comment
from digest.planning import plan_issue
from digest.quoting import chosen_comments, faulty_quotes, unmatched_quotes
from digest.recipe import Choice, CommentsRule

if TYPE_CHECKING:
    from digest.model import Issue

RULE = CommentsRule(count=2)
MOTHER = Comment(
    source="https://courier.example/comments/feed/",
    guid="https://courier.example/?p=7#comment-12",
    url=TEA_AT,
    author="Maureen Adair",
    text=TEA,
    on_title="Ferries, as the feed calls them",
    published=CUTOFF,
    first_seen=CUTOFF,
)
STOKER = replace(
    MOTHER,
    guid="https://courier.example/?p=7#comment-24",
    url=f"{BRIDGE}#comment-24",
    author="",
    text="Mine stoked the boiler.",
)


def quote(url: str = TEA_AT, text: str = "", number: int = 1) -> Choice:
    return Choice(do="quote", url=url, text=text, where=f"choice {number}")


def issue_with(
    *choices: Choice,
    comments: tuple[Comment, ...] = (MOTHER, STOKER),
    rule: CommentsRule | None = RULE,
    slug: str = "gallion-bridge",
) -> Issue:
    article = make_article(slug, title="Night ferries return")
    edition = replace(make_edition(), comments=rule)
    inputs = make_inputs(articles=(article,), edition=edition, choices=choices)
    return plan_issue(replace(inputs, comments=comments), [make_story(5, article)])


def test_nothing_is_quoted_that_nobody_chose() -> None:
    issue = issue_with()
    assert (issue.comments, issue.notices) == (None, ())


def test_a_chosen_comment_is_quoted_with_its_reason() -> None:
    issue = issue_with(quote())
    assert issue.comments is not None
    assert issue.comments.title == "From the comments"
    (shown,) = issue.comments.quotes
    assert (shown.author, shown.text, shown.url) == ("Maureen Adair", TEA, TEA_AT)
    assert shown.reason == "chosen by the editors (choice 1)"
    assert shown.date == CUTOFF
    assert issue.notices == ()


def test_the_fragment_tells_comments_apart_and_the_spelling_of_the_page_does_not_matter() -> None:
    spelt = f"http://www.{BRIDGE.removeprefix('https://')}/?utm_source=x#comment-24"
    issue = issue_with(quote(spelt))
    assert issue.comments is not None
    assert [one.text for one in issue.comments.quotes] == ["Mine stoked the boiler."]
    assert issue_with(quote(BRIDGE)).comments is None


def test_a_guid_names_a_comment_too() -> None:
    issue = issue_with(quote(STOKER.guid))
    assert issue.comments is not None
    assert issue.comments.quotes[0].url == STOKER.url


def test_an_article_is_called_as_the_issue_calls_it() -> None:
    retitled = Choice(do="retitle", url=BRIDGE, text="The boats are back", where="choice 2")
    issue = issue_with(quote(), retitled)
    assert issue.comments is not None
    assert issue.comments.quotes[0].title == "The boats are back"
    elsewhere = issue_with(quote(), slug="another")
    assert elsewhere.comments is not None
    assert elsewhere.comments.quotes[0].title == "Ferries, as the feed calls them"


def test_a_page_of_comments_belongs_to_its_article() -> None:
    paged = replace(MOTHER, url=f"{BRIDGE}/comment-page-2/#comment-12")
    issue = issue_with(quote(paged.url), comments=(paged,))
    assert issue.comments is not None
    assert issue.comments.quotes[0].title == "Night ferries return"


def test_an_excerpt_in_the_comment_s_own_words_is_printed() -> None:
    issue = issue_with(quote(text="My mother … the tea was terrible."))
    assert issue.comments is not None
    assert issue.comments.quotes[0].text == "My mother … the tea was terrible."


def test_nobody_is_misquoted() -> None:
    issue = issue_with(quote(text="The tea was wonderful."))
    assert issue.comments is None
    (notice,) = issue.notices
    assert notice.startswith(
        "choice 1: not quoted, because these are not the comment's own words: "
        "“The tea was wonderful.”"
    )


def test_quotes_come_in_the_editors_order_and_no_more_of_them_than_fit() -> None:
    third = replace(MOTHER, guid="c", url=f"{BRIDGE}#comment-30", text="A third.")
    issue = issue_with(
        quote(STOKER.url, number=1),
        quote(MOTHER.url, number=2),
        quote(third.url, number=3),
        comments=(MOTHER, STOKER, third),
    )
    assert issue.comments is not None
    assert [one.url for one in issue.comments.quotes] == [STOKER.url, MOTHER.url]
    assert issue.notices == ("choice 3: not quoted, [comments] count is 2",)


def test_an_edition_without_comments_says_so() -> None:
    issue = issue_with(quote(), rule=None)
    assert issue.comments is None
    assert issue.notices == ("choice 1: this edition has no [comments] to quote from",)


def test_a_choice_that_matches_nothing_is_named_with_the_nearest() -> None:
    (problem,) = unmatched_quotes([quote(f"{BRIDGE}#comment-13")], [MOTHER])
    assert problem == (
        f"choice 1: no comment has the address {BRIDGE}#comment-13; the nearest are {TEA_AT}"
    )


def test_an_address_of_several_comments_quotes_none_of_them() -> None:
    twin = replace(STOKER, url=MOTHER.url)
    assert issue_with(quote(), comments=(MOTHER, twin)).comments is None
    (problem,) = unmatched_quotes([quote()], [MOTHER, twin])
    assert problem == (
        f"choice 1: several comments have the address {TEA_AT}; "
        f"these guids name one: {MOTHER.guid}, {twin.guid}"
    )
    (problem,) = unmatched_quotes(
        [quote()],
        [replace(MOTHER, guid="g3"), replace(twin, guid="g4", source="https://x.example/")],
    )
    assert problem.endswith("; no guid tells them apart")
    spelt = twin.guid.replace("https://", "http://www.")
    issue = issue_with(quote(spelt), comments=(MOTHER, twin))
    assert issue.comments is not None
    assert issue.comments.quotes[0].text == twin.text


def test_a_comment_that_two_feeds_carry_is_one() -> None:
    again = replace(MOTHER, source="https://courier.example/gallion-bridge/feed/", guid="other")
    issue = issue_with(quote(), comments=(MOTHER, again))
    assert issue.comments is not None
    assert len(issue.comments.quotes) == 1


def test_only_chosen_comments_are_kept_with_the_inputs() -> None:
    assert chosen_comments([quote()], [STOKER, MOTHER]) == (MOTHER,)
    assert chosen_comments([], [STOKER, MOTHER]) == ()


def test_a_check_names_all_that_is_wrong() -> None:
    choices = [quote(text="No tea", number=1), quote(f"{BRIDGE}#x", number=2)]
    problems = faulty_quotes(choices, [MOTHER], RULE)
    assert [problem.partition(":")[0] for problem in problems] == ["choice 2", "choice 1"]
    assert faulty_quotes([quote()], [MOTHER], RULE) == ()


def test_a_quote_is_no_choice_about_the_article() -> None:
    issue = issue_with(quote(), quote(f"{BRIDGE}#comment-99", number=2))
    assert issue.notices == ()
    assert issue.lead.reasons == issue_with().lead.reasons

from __future__ import annotations

import pytest
from lxml import etree

from digest.sources.media import Community, community

MEDIA = "http://search.yahoo.com/mrss/"


def item(body: str, namespace: str = f' xmlns:media="{MEDIA}"') -> etree._Element:
    parser = etree.XMLParser(recover=True)
    return etree.fromstring(f"<item{namespace}>{body}</item>".encode(), parser)


def test_the_figures_of_readers_are_read_wherever_the_community_stands() -> None:
    statistics = '<media:statistics views="12685" favorites=" 7 "/>'
    within = f"<media:group><media:community>{statistics}</media:community></media:group>"
    for body in (f"<media:community>{statistics}</media:community>", within):
        assert community(item(body)) == Community(views=12_685, favorites=7)


def test_the_first_figure_stated_counts() -> None:
    body = '<media:statistics favorites="1"/><media:statistics views="2" favorites="3"/>'
    assert community(item(body)) == Community(views=2, favorites=1)


@pytest.mark.parametrize("views", ["", "many", "-1", "1.5", "٣", "9" * 13, "1e3"])
def test_a_figure_that_is_no_count_is_none(views: str) -> None:
    assert community(item(f'<media:statistics views="{views}"/>')) == Community()


def test_neither_a_judgement_nor_some_comments_texts_are_a_count() -> None:
    body = (
        '<media:starRating average="3.5" count="20"/>'
        "<media:comments><media:comment>Well said</media:comment></media:comments>"
    )
    assert community(item(body)) == Community()


def test_statistics_of_another_vocabulary_are_not_ours() -> None:
    assert community(item('<statistics views="5"/>', "")) == Community()

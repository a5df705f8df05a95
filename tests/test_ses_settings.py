"""The `[ses]` table: what it means, and what is wrong with it, in an editor's words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from configured import DIGEST, EDITION, load, publication, refusal

from digest.app import make_plugs
from digest.delivery.ses import Ses
from digest.errors import ConfigError
from digest.relay import SesAccount
from digest.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

BY_SES = EDITION + '\n[delivery]\nuse = "ses"\n'
KEY = {"DIGEST_SES__ACCESS_KEY_ID": "AKIDEXAMPLE", "DIGEST_SES__SECRET_ACCESS_KEY": "a+long/secret"}


def test_a_region_is_all_that_is_needed(tmp_path: Path) -> None:
    config = publication(tmp_path, DIGEST + '[ses]\nregion = "eu-west-1"\n', BY_SES)
    configuration = load(config)
    assert configuration.ses == SesAccount(region="eu-west-1")
    with Sandbox() as sandbox:
        plugs = make_plugs(configuration, configuration.editions["daily"], sandbox)
    assert isinstance(plugs["deliverer"], Ses)
    assert plugs["deliverer"].connections == 4


def test_every_key_of_the_table_reaches_the_account(tmp_path: Path) -> None:
    table = """
    [ses]
    region = "us-gov-west-1"
    endpoint = "http://127.0.0.1:4566"
    configuration_set = "newsletters"
    connections = 8
    timeout_s = 7.5
    """
    config = publication(tmp_path, DIGEST + table.replace("\n    ", "\n"), BY_SES)
    configuration = load(config, **KEY)
    assert configuration.ses == SesAccount(
        region="us-gov-west-1",
        endpoint="http://127.0.0.1:4566",
        configuration_set="newsletters",
        connections=8,
        timeout_s=7.5,
    )
    assert configuration.secrets["ses_access_key_id"] == "AKIDEXAMPLE"
    assert configuration.secrets["ses_secret_access_key"] == "a+long/secret"
    assert "long" not in repr(configuration)


def test_an_edition_that_leaves_by_no_account_is_refused(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path, edition=BY_SES)) == (
        'the edition daily: use = "ses" in [delivery] needs a region of AWS. '
        "Set region in [ses] of digest.toml"
    )


@pytest.mark.parametrize(
    ("table", "environ", "told"),
    [
        ('region = "Ireland"', {}, 'ses.region must be the name of a region of AWS. Such as "eu-'),
        ('endpoint = "email.eu-west-1.amazonaws.com"', {}, "ses.endpoint must be an address that"),
        ('endpoint = "http://ses.local"', {}, 'ses.endpoint must begin with "https://". Who gets'),
        ('configuration_set = "a b"', {}, "ses.configuration_set must be 64 letters, digits"),
        ("connections = 0", {}, "ses.connections must be at least 1"),
        ("timeout_s = 0", {}, "ses.timeout_s must be above 0"),
        ('regoin = "eu-west-1"', {}, 'Did you mean "region"?'),
        ('access_key_id = "x"', {}, "ses.access_key_id must not stand in this file"),
        ('secret_access_key = "x"', {}, "ses.secret_access_key must not stand in this file"),
        (
            "",
            {"DIGEST_SES__ACCESS_KEY_ID": "x"},
            "ses.access_key_id needs secret_access_key beside it. Set DIGEST_SES__SECRET_ACCESS_K",
        ),
        (
            "",
            {"DIGEST_SES__SECRET_ACCESS_KEY": "x"},
            "ses.secret_access_key needs access_key_id beside it. Set DIGEST_SES__ACCESS_KEY_ID",
        ),
    ],
)
def test_what_is_wrong_with_the_table_is_told(
    tmp_path: Path, table: str, environ: dict[str, str], told: str
) -> None:
    assert told in refusal(publication(tmp_path, f"{DIGEST}[ses]\n{table}\n"), **environ)


def test_no_other_key_belongs_to_the_deliverer(tmp_path: Path) -> None:
    told = refusal(publication(tmp_path, edition=f'{BY_SES}path = "mail"\n'))
    assert 'delivery.path does not belong to use = "ses"' in told


def test_a_machine_without_the_package_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "digest.delivery.amazon", raising=False)
    monkeypatch.setitem(sys.modules, "botocore.config", None)  # as if it were not there
    account = SesAccount(region="eu-west-1")
    with pytest.raises(ConfigError, match=r"pip install 'digest-newsletter\[ses\]'"):
        Ses(ses=account, ses_access_key_id="", ses_secret_access_key="")

"""Reads a configuration folder: `digest.toml` with what lies over it, then every edition."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import ConfigError
from digest.recipe import ImageUse, Publication
from digest.settings.configuration import Configuration
from digest.settings.digest_file import SECRETS, DigestFile
from digest.settings.edition_file import EditionFile
from digest.settings.layers import Layer, is_setting, read_toml, variable
from digest.settings.problems import gather, validate
from digest.settings.recipes import contradictions, recipe
from digest.settings.relays import contradictions_in_smtp, relay
from digest.settings.ses_file import contradictions_in_ses, ses_account
from digest.settings.values import SQLITE, is_name
from digest.signing import DkimKey
from digest.warming import WarmUp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.settings.configuration import Recipe
    from digest.settings.digest_file import WarmUpTable

RESERVED = "public"  # out/public/ is the archive


def load(
    config_dir: Path, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> Configuration:
    """Read everything. Raises ConfigError."""
    if not config_dir.is_dir():
        raise ConfigError(
            "there is no such folder",
            where=str(config_dir),
            hint="Make one with `digest init`, or name another with --config",
        )
    folder = config_dir.resolve()
    root = folder.parent
    toml = read_toml(config_dir / "digest.toml")
    _require_no_secrets(toml)
    layers = [
        Layer(overrides, lambda _: "command line"),
        *_variables(config_dir, environ),
        toml,
    ]
    file = validate(DigestFile, layers)
    if problems := [*contradictions_in_smtp(file.smtp), *contradictions_in_ses(file.ses)]:
        raise gather(problems, layers)
    editions = _editions(config_dir / "editions", root)
    _require_web(file.web.base_url, editions)
    _require_taker("smtp", file.smtp.host, "a mail server", "host", editions)
    _require_taker("ses", file.ses.region, "a region of AWS", "region", editions)
    return Configuration(
        folder=folder,
        root=root,
        publication=Publication(
            **file.publication.model_dump(), web_url=file.web.base_url.rstrip("/")
        ),
        contact=file.http.contact or file.publication.url,
        allow=tuple(file.http.allow),
        store_url=_store_url(file.store.url, root),
        out=root / file.paths.out,
        templates=root / file.paths.templates,
        relay=relay(file.smtp, root),
        ses=ses_account(file.ses),
        kept=root / file.bounces.kept,
        bounce_address=file.bounces.address,
        warm_up=_warm_up(file.warm_up),
        dkim=_dkim_key(file, root),
        alerts_to=tuple(dict.fromkeys(file.alerts.to)),
        editions=editions,
        secrets=_secrets(file),
    )


def _dkim_key(file: DigestFile, root: Path) -> DkimKey | None:
    if file.dkim is None:
        return None
    domain = file.dkim.domain or parseaddr(file.publication.sender)[1].rpartition("@")[2]
    return DkimKey(domain=domain, selector=file.dkim.selector, file=root / file.dkim.key_file)


def _require_no_secrets(toml: Layer) -> None:
    """Raise ConfigError for a secret in a file that is copied, shown and kept under version."""
    what = "must not stand in this file, which is not secret"
    hint = "Set {} in the environment, or put a file of that name into config/secrets"
    found = [loc for loc in SECRETS.values() if toml.holds(loc)]
    if found:
        raise gather([(loc, what, hint.format(variable(loc))) for loc in found], [toml])


def _require_web(base_url: str, editions: Mapping[str, Recipe]) -> None:
    """Raise ConfigError for an edition whose links or pictures would lead by way of nowhere."""
    hint = "Set base_url in [web] of digest.toml to where readers reach `digest web`"
    for name, found in editions.items():
        where = f"the edition {name}"
        if found.edition.popular.clicks and not base_url:
            what = "clicks = true in [most_popular] needs an address that the links lead by way of"
            raise ConfigError(what, where=where, hint=hint)
        if found.edition.images is ImageUse.HOST and not base_url:
            what = 'use = "host" in [images] needs an address where readers find the pictures'
            raise ConfigError(what, where=where, hint=hint)


def _require_taker(
    use: str, given: str | None, what: str, key: str, editions: Mapping[str, Recipe]
) -> None:
    """Raise ConfigError for an edition that leaves by a server or service that nobody named."""
    for name, found in editions.items():
        if found.delivery.use == use and not given:
            raise ConfigError(
                f'use = "{use}" in [delivery] needs {what}',
                where=f"the edition {name}",
                hint=f"Set {key} in [{use}] of digest.toml",
            )


def _warm_up(table: WarmUpTable | None) -> WarmUp | None:
    if table is None:
        return None
    return WarmUp(first_day=dt.date.fromisoformat(table.first_day), per_day=tuple(table.per_day))


def _secrets(file: DigestFile) -> dict[str, str]:
    given = {name: getattr(getattr(file, table), key) for name, (table, key) in SECRETS.items()}
    return {name: one.get_secret_value() if one else "" for name, one in given.items()}


def _variables(config_dir: Path, environ: Mapping[str, str]) -> list[Layer]:
    """Give the environment's layer, then the secrets'; without any, nothing is imported."""
    named = environ.get("DIGEST_SECRETS_DIR", "")
    folder = Path(named) if named else config_dir / "secrets"
    has_secrets = bool(named) or folder.is_dir()
    if not has_secrets and not any(map(is_setting, environ)):
        return []
    from digest.settings.variables import environment, secrets

    return [environment(environ), *([secrets(folder)] if has_secrets else [])]


def _store_url(url: str, root: Path) -> str:
    """Make the path of a SQLite file absolute; another database's address stays as it is."""
    path = url.removeprefix(SQLITE)
    return url if path in {url, ":memory:"} else f"{SQLITE}{root / path}"


def _editions(folder: Path, root: Path) -> dict[str, Recipe]:
    files = sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))
    if not files:
        raise ConfigError(
            "there is no edition",
            where=str(folder),
            hint="Each newsletter is a file such as daily.toml in this folder",
        )
    names: dict[str, Path] = {}
    for path in files:
        _check_name(path, names)
        names[path.stem.casefold()] = path
    return {path.stem: _edition(path, root) for path in files}


def _check_name(path: Path, names: Mapping[str, Path]) -> None:
    twin = names.get(path.stem.casefold())
    if twin:
        raise ConfigError(
            f"two editions have one name: {twin.name} is the other",
            where=str(path),
            hint="Upper and lower case make no difference; rename one of the two",
        )
    if not is_name(path.stem) or path.stem.casefold() == RESERVED:
        raise ConfigError(
            f'an edition cannot be named "{path.stem}"',
            where=str(path),
            hint=f'Use letters, digits, - and _ only, and not "{RESERVED}"',
        )


def _edition(path: Path, root: Path) -> Recipe:
    layers = [read_toml(path)]
    file = validate(EditionFile, layers)
    if problems := list(contradictions(file)):
        raise gather(problems, layers)
    return recipe(path.stem, file, root)

"""Reading the settings from the environment, and saying what is wrong with them."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from settings.part import PREFIX, SettingsError
from settings.whole import SECRETS, Settings


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment; `overrides` (field names) go before it.

    Raises SettingsError naming every variable that is wrong, including an AHG_ variable that does not exist:
    a misspelt setting is a wrong configuration, not one to be passed over.
    """
    problems = _unknown(os.environ)
    read, unread = _from_files(os.environ)
    problems += unread
    try:
        settings = Settings(**{**read, **overrides})
    except ValidationError as error:
        problems += [_sentence(detail["loc"], detail["msg"]) for detail in error.errors(include_url=False)]
    else:
        if not problems:
            return settings
    raise SettingsError("\n".join(problems))


def asked_for_json() -> bool:
    """Whether log lines are asked for as JSON, also where the other settings are wrong."""
    return os.environ.get(f"{PREFIX}LOG_FORMAT", "").strip().lower() == "json"


def _from_files(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The secrets that stand in files, and what is wrong with those files."""
    read: dict[str, str] = {}
    problems = []
    for name in SECRETS:
        variable = PREFIX + name.upper()
        path = environment.get(f"{variable}_FILE")
        if not path:
            continue
        if environment.get(variable):
            problems.append(f"{variable}_FILE: {variable} is set too, and only one of them may be")
            continue
        try:
            read[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{variable}_FILE: {path} cannot be read ({getattr(error, 'strerror', None) or 'no text'})")
        else:
            if not read[name]:
                del read[name]
    return read, problems


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    known += [f"{PREFIX}{name.upper()}_FILE" for name in SECRETS]
    problems = []
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            problems.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
    return problems


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    # Values are not repeated: some are secrets.
    return f"{PREFIX}{str(location[0]).upper()}: {text}" if location else text

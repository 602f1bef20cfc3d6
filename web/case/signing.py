"""Signing a decision with a passkey: the page between a form and its recording."""

import json

from starlette.datastructures import FormData
from starlette.responses import Response

from models.authentication import Means, PasskeyTouch
from models.commands import Command
from models.passkeys import SIGNED_BY_TOUCH, statement_of
from records.passkeys import Passkey, passkeys_of
from web.case.seen import CaseVisit
from web.kit.passkey_touch import ANSWER, OTHERWISE, question, site_name
from web.kit.visitor import current_site


async def passkeys_for(at: CaseVisit, do: str) -> list[Passkey]:
    """The visitor's passkeys that may sign this command; none where none does, or where the pages have no name."""
    site = current_site(at.request)
    if do not in SIGNED_BY_TOUCH or not site_name(site):
        return []
    async with site.engine.connect() as connection:
        return await passkeys_of(connection, at.visitor.email)


def signing_page(at: CaseVisit, command: Command, known: list[Passkey], sent: FormData) -> Response:
    """What is signed, and the button that asks the device; ``sent``: the form, which goes on with the answer."""
    statement = statement_of(at.case, command)
    kept = [(name, str(value)) for name, value in sent.multi_items() if name not in (ANSWER, OTHERWISE)]
    here, gate = at.request.url.path, json.loads(statement).get("gate")
    options = question(current_site(at.request), statement, known)
    return at.page("case/signing.html", command=command, gate=gate, kept=kept, options=options, here=here)


def means_with(touch: PasskeyTouch | None, means: Means) -> Means:
    """By what a person is known that may have signed with a passkey."""
    return Means.PASSKEY if touch is not None else means

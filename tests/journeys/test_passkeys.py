"""A Co-Chair adds a passkey in a real browser, with its virtual authenticator, and signs a position with it."""

import json

import pytest

from models.authentication import Means
from ops.verify import verify_records
from records import queries
from tests.journeys.people import Office, office
from tests.rig import REQUEST
from worker import trust_of

pytestmark = [pytest.mark.slow, pytest.mark.journey]


async def _a_case(place: Office) -> str:
    act = place.play.casework.act
    done = await act("submit", REQUEST, by="LK/focal-point", means=Means.SESSION, command_id="s", at=place.play.now)
    place.play.reference = done.reference
    await act("accept", {}, by="RSO/secretariat", means=Means.SESSION, command_id="a", reference=done.reference)
    await place.play.settled()
    return done.reference


async def test_a_co_chair_signs_its_position_with_a_passkey() -> None:
    async with office() as place:
        place.address = place.address.replace("127.0.0.1", "localhost")
        place.site.settings = place.site.settings.model_copy(update={"public_url": place.address})
        reference = await _a_case(place)
        australia = await place.person("AU/co-chair")
        page = australia.page
        device = await australia.context.new_cdp_session(page)
        await device.send("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
        told = {**kind, "automaticPresenceSimulation": True, "hasResidentKey": True}
        made = await device.send("WebAuthn.addVirtualAuthenticator", {"options": told})

        await australia.open("/account/passkeys")
        await australia.fill(name="My phone")
        await page.get_by_role("button", name="Add the passkey").click()
        await page.get_by_role("row", name="My phone").wait_for()
        kept = await device.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
        assert len(kept["credentials"]) == 1

        await australia.open(f"/cases/{reference}/do/decide")
        await australia.fill(position="approve", text="Boats are at sea.")
        await page.locator("main form button").first.click()
        assert "Boats are at sea." in await page.locator("main").inner_text()
        async with page.expect_request(lambda request: "credential=" in (request.post_data or "")) as sending:
            await page.get_by_role("button", name="Sign", exact=True).click()
        await page.locator(".notice.good").wait_for()
        signed_form = await sending.value

        async with place.play.engine.connect() as connection:
            entries = await queries.entries(connection, reference)
        signed = entries[-1].signed or entries[-2].signed
        assert signed is not None
        assert signed.means is Means.PASSKEY
        assert signed.touch is not None
        said = json.loads(signed.touch.statement)
        assert (said["post"], said["position"], said["text"]) == ("AU/co-chair", "approve", "Boats are at sea.")
        assert [
            str(fault) async for fault in verify_records(place.play.engine, None, trust=trust_of(place.play.settings))
        ] == []

        # The same form once more, as after a double click or a lost answer: its passkey has counted on, and the case too.
        again = await australia.context.request.post(
            signed_form.url,
            data=signed_form.post_data or "",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert again.ok
        assert "Sign it again" not in await again.text()
        async with place.play.engine.connect() as connection:
            assert len(await queries.entries(connection, reference)) == len(entries)
        assert place.faults == []

"""Notices beforehand: any kind for any post, in a frame that may do nothing."""

import re
from urllib.parse import quote

from models.notices import OF_NO_CASE
from notifications.environment import mail_languages
from notifications.registry import REGISTRY
from tests.web.place import Place
from tests.web.test_markup import MARK, assert_text


async def test_every_kind_is_shown_as_a_post_would_get_it_in_each_language(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, "AU/co-chair")
        listed = (await http.get("/admin/mails")).text
        for kind in (*REGISTRY, *OF_NO_CASE):
            assert f"/admin/mails/{kind}" in listed
            for language in mail_languages():
                page = await http.get(f"/admin/mails/{kind}?post=TH/focal-point&language={language}")
                assert page.status_code == 200
                assert "@th.ahg.localhost" in page.text
        assert (await http.get("/admin/mails/no_such_kind")).status_code == 404


async def test_the_html_of_a_mail_can_do_nothing_and_its_link_opens_nothing(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, "RSO/secretariat")
        page = await http.get("/admin/mails/invited?post=TH/focal-point")
        assert "frame-src 'self'" in page.headers["content-security-policy"]
        assert "<iframe" in page.text
        html = await http.get("/admin/mails/invited/html?post=TH/focal-point")
        assert html.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        found = re.search(r"/answer/[\w.-]+", html.text)
        assert found is not None
        assert (await http.get(found[0])).status_code == 410


async def test_a_name_that_is_markup_stays_text_in_a_preview(place: Place) -> None:
    await place.sql("UPDATE holders SET name = :name WHERE post = 'TH/focal-point'", name=MARK)
    await place.sql("UPDATE members SET name = :name WHERE code = 'LK'", name=MARK)
    async with place.browser() as http:
        await place.as_post(http, "RSO/secretariat")
        for kind in ("invited", "invitation_answered", "post_handed_over", *OF_NO_CASE):
            for tail in ("", "/html"):
                path = f"/admin/mails/{kind}{tail}?post=TH/focal-point&language={quote(MARK)}"
                page = await http.get(path)
                assert page.status_code == 200
                assert_text(path, page.text)

"""Caught mail in the browser: foreign text stays text, and only this machine sees it."""

from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from ops.catcher import Catcher
from settings import Settings, ensure_local_key
from web.app import create_app

HERE = "http://127.0.0.1:8000"
NASTY = "<script>alert('boo')</script>"


def client(settings: Settings, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    """The browser of whoever runs the product, who has opened the address with the key once."""
    ensure_local_key(settings)
    transport = httpx.ASGITransport(create_app(settings), client=(peer, 50000))
    return httpx.AsyncClient(transport=transport, base_url=HERE, cookies={"ahg_mail": settings.local_key})


async def caught_name(settings: Settings) -> str:
    message = EmailMessage()
    message["From"], message["To"] = "ahg@example.org", "fp@example.org"
    message["Subject"] = f"Invitation {NASTY}"
    message.set_content(f"Text {NASTY}\n")
    message.add_alternative(f"<p>Hyper {NASTY}</p>", subtype="html")
    async with Catcher(settings.mail_dir) as catcher:
        await aiosmtplib.send(message, hostname=catcher.host, port=catcher.port)
        (mail,) = catcher.messages()
    return mail.path.name


async def test_a_mail_is_listed_and_shown_with_everything_escaped(settings: Settings) -> None:
    name = await caught_name(settings)
    async with client(settings) as http:
        listed = await http.get("/mail")
        shown = await http.get(f"/mail/{name}")

    assert f'href="/mail/{name}"' in listed.text
    assert "Text &lt;script&gt;" in shown.text
    assert "fp@example.org" in shown.text
    for answer in (listed, shown):
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_html_part_may_do_nothing(settings: Settings) -> None:
    name = await caught_name(settings)
    async with client(settings) as http:
        answer = await http.get(f"/mail/{name}/html")
        source = await http.get(f"/mail/{name}/raw")

    assert "<p>Hyper" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert source.headers["Content-Type"].startswith("text/plain")
    assert source.headers["X-Content-Type-Options"] == "nosniff"


async def test_another_user_of_the_machine_reads_no_mail(settings: Settings) -> None:
    name = await caught_name(settings)
    pages = ["/mail", f"/mail/{name}", f"/mail/{name}/html", f"/mail/{name}/raw"]
    transport = httpx.ASGITransport(create_app(settings), client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
        for key in (b"", b"wrong", b"\xe9"):  # before there is a key, and after
            sent = {"params": {"key": key.decode("latin-1")}, "headers": [(b"Cookie", b"ahg_mail=" + key)]}
            answers = [await http.get(page, **sent) for page in pages]  # type: ignore[arg-type]
            assert [answer.status_code for answer in answers] == [403, 404, 404, 404]
            assert "Invitation" not in "".join(answer.text for answer in answers)
            ensure_local_key(settings)
    path = settings.data_dir / "local-key"
    assert (path.stat().st_mode & 0o777, len(settings.local_key)) == (0o600, 32)


async def test_the_address_with_the_key_gives_it_to_the_browser_and_goes_on_without(settings: Settings) -> None:
    name = await caught_name(settings)
    ensure_local_key(settings)
    transport = httpx.ASGITransport(create_app(settings), client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
        answer = await http.get("/mail", params={"key": settings.local_key})
        assert (answer.status_code, answer.headers["location"]) == (303, "/mail")
        kept = answer.headers["set-cookie"].lower()
        assert all(part in kept for part in ("httponly", "samesite=strict", "path=/mail"))
        assert name in (await http.get("/mail")).text


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("203.0.113.9", {}),
        ("127.0.0.1", {"Host": "evil.example.org"}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
    ],
)
async def test_nobody_from_elsewhere_sees_a_mail(settings: Settings, peer: str, headers: dict[str, str]) -> None:
    name = await caught_name(settings)
    async with client(settings, peer) as http:
        answers = [await http.get(f"/mail{path}", headers=headers) for path in ("", f"/{name}", f"/{name}/html")]

    # 421: a name that is not this product's has no pages at all.
    assert {answer.status_code for answer in answers} <= {404, 421}


@pytest.mark.parametrize("name", ["..%2Fkeys", "%2e%2e/keys", "keys", "20260101T000000000000Z-000001.eml"])
async def test_only_caught_mails_can_be_read(settings: Settings, name: str) -> None:
    Path(settings.data_dir / "keys").write_text("secret")
    async with client(settings) as http:
        assert (await http.get(f"/mail/{name}/raw")).status_code == 404


async def test_with_a_real_mail_server_there_is_no_mailbox(settings: Settings) -> None:
    async with client(settings.model_copy(update={"smtp_host": "mail.example.org"})) as http:
        assert (await http.get("/mail")).status_code == 404
        assert "/mail" not in (await http.get("/")).text


@pytest.mark.parametrize(
    "deployed",
    [
        {"web_host": "0.0.0.0"},  # noqa: S104 - it is what must close the mailbox
        {"public_url": "https://ahg.example.org"},
        {"temporal_mode": "external"},
        {"mail_catcher": False},
    ],
    ids=lambda deployed: next(iter(deployed)),
)
async def test_where_others_reach_the_pages_there_is_no_mailbox_whatever_is_sent(
    settings: Settings, deployed: dict[str, str | bool]
) -> None:
    name = await caught_name(settings)
    app = create_app(settings.model_copy(update=deployed))

    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        answers = [await http.get(path) for path in ("/mail", f"/mail/{name}", f"/mail/{name}/raw")]
    assert {answer.status_code for answer in answers} <= {404, 421}

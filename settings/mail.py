"""How mail is sent, and where what comes back is read."""

import re
from email.utils import getaddresses, parseaddr
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from settings.part import NotEmpty, Port, SettingsPart, host_in_ascii, is_loopback, is_near


class MailSettings(SettingsPart):
    """The mail server, the sender, the mailbox of reports, and the built-in catcher."""

    smtp_host: NotEmpty = "127.0.0.1"
    """Mail server for everything that is sent."""
    smtp_port: Port = 2525
    """Its port; the built-in mail catcher listens there."""
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    """none, starttls (usually port 587) or tls from the first byte (usually 465). none is for this machine,
    and without a password for a server whose name has no dot (of a network of containers)."""
    smtp_username: str | None = None
    """User name for the mail server, if it wants one."""
    smtp_password: SecretStr | None = None
    """Password for the mail server."""
    smtp_connections: Annotated[int, Field(ge=1, le=64)] = 4
    """Connections to the mail server that one worker holds at a time."""
    mail_from: str = "Bali Process Ad Hoc Group <ahg@localhost>"
    """Sender of every mail, as name <address>."""
    imap_host: NotEmpty | None = None
    """Mail server with the mailbox of the sender's address, in which delivery reports and automatic replies arrive.
    Unset: none is read; `ahg mail bounces` reads them from files."""
    imap_port: Port = 993
    """Its port: 993 with tls, usually 143 with starttls."""
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    """tls from the first byte, or starttls; none only for a server on this machine."""
    imap_username: str | None = None
    """User name for that mailbox."""
    imap_password: SecretStr | None = None
    """Password for that mailbox."""
    imap_folder: Annotated[str, Field(pattern=r"^[ -~]+$")] = "INBOX"
    """The folder that is read. Nothing in it is changed."""
    imap_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    """Minutes between two looks into the mailbox."""
    mail_catcher: bool = True
    """Whether `ahg up` catches mail itself. It does so only while the mail server is this machine without encryption;
    with a real mail server nothing is caught. Caught mail is shown under /mail where the pages and their address are this
    machine's alone and Temporal is the embedded one, with the key that `ahg up` prints."""

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str) -> str:
        local, _, domain = parseaddr(value)[1].rpartition("@")
        several = len(getaddresses([value])) != 1 or len(re.findall("<", value)) > 1
        if several:
            said = "must be one sender, not several; a comma in its name stands in quotes, as in"
            raise ValueError(f'{said}: "Bali Process, Ad Hoc Group" <ahg@example.org>')
        if not local or not domain or not value.isprintable():
            raise ValueError("must be one sender, as in: Bali Process Ad Hoc Group <ahg@example.org>")
        host_in_ascii(domain)
        return value

    @field_validator("smtp_host", "imap_host")
    @classmethod
    def _as_it_is_asked_for(cls, value: str | None) -> str | None:
        # Sockets take a name beyond ASCII by IDNA 2003, for another host.
        return value if value is None else host_in_ascii(value)

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.smtp_username is None) != (self.smtp_password is None):
            missing = "AHG_SMTP_PASSWORD" if self.smtp_password is None else "AHG_SMTP_USERNAME"
            raise ValueError(f"{missing} is missing: a mail server's user name and password go together")
        if self.smtp_security == "none" and not is_loopback(self.smtp_host):
            wanted = "starttls or tls"
            if self.smtp_password is not None:
                raise ValueError(f"AHG_SMTP_SECURITY is none, and the password would travel in the clear: {wanted}")
            if not is_near(self.smtp_host):
                raise ValueError(f"AHG_SMTP_SECURITY is none, and links to sign in would travel in the clear: {wanted}")
        return self

    @model_validator(mode="after")
    def _mailbox_can_be_read(self) -> Self:
        if self.imap_host is None:
            return self
        for name, given in (("AHG_IMAP_USERNAME", self.imap_username), ("AHG_IMAP_PASSWORD", self.imap_password)):
            if given is None:
                raise ValueError(f"{name} is missing: a mailbox is read with a user name and a password")
        if self.imap_security == "none" and not is_loopback(self.imap_host):
            raise ValueError("AHG_IMAP_SECURITY is none, which only a mailbox on this machine may be read with")
        return self

    @property
    def catches_mail(self) -> bool:
        """Whether the built-in catcher runs: it is wanted, and mail goes to this machine in the clear."""
        return self.mail_catcher and self.smtp_security == "none" and is_loopback(self.smtp_host)

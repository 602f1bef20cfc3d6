"""The parts of the application that pages need: settings, database, records, the way to the cases."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from background import Background
from casework import Casework
from models.attachments import Limits
from models.command_signing import CommandSigner
from models.posts import SECRETARIAT, Capacity
from notifications.answer_links import AnswerLinks
from notifications.envelope import replies_to
from notifications.off_links import OffLinks
from records.attachments import Attachments
from records.casefiles import CaseFiles
from records.offices import addressee_of
from settings import Settings
from web.kit.identity_provider import IdentityProvider
from web.kit.watch import Watch
from web.kit.wrong_tokens import WrongTokens
from workflows.client import CaseClient, temporal_client
from workflows.nudger import Nudger


@dataclass(frozen=True)
class WorkSeen:
    """What those who watch the machine are told. ``lost``: open cases that do not go on; None: not known.

    ``stopped``: why no command is taken. ``held``: why mail does not go out. ``strange``: what else is wrong with cases.
    """

    lost: int | None = None
    stopped: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass
class Site:
    """Settings and the parts made of them.

    ``clock`` tells the time (UTC). ``desk`` is the way to the cases; without one it is made of the settings.
    """

    settings: Settings
    engine: AsyncEngine
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    desk: CaseClient | None = None
    _client: Client | None = None
    background: Background = field(default_factory=lambda: Background({}))
    """What runs beside the pages while they are served."""
    work_seen: tuple[datetime, WorkSeen] | None = None
    """When it was last looked whether work goes on, and what was seen (``web.monitoring.health``)."""
    work_asked: str = ""
    """The open case that was asked last, in turn, whether it goes on."""
    work_ill: frozenset[str] = frozenset()
    """The open cases that did not go on when they were last asked."""

    def __post_init__(self) -> None:
        self.files = CaseFiles(self.engine)
        self.watch = Watch(self.engine)
        self.attachments = Attachments(
            self.engine, self.settings.attachments_folder, Limits(*self.settings.attachment_limits)
        )
        self.identity_provider = IdentityProvider(self.settings) if self.settings.oidc_issuer else None
        self.wrong_tokens = WrongTokens()
        self._connecting = asyncio.Lock()
        self.nudger = Nudger(self._temporal, self.settings.delivery_queue)

    @cached_property
    def links(self) -> AnswerLinks:
        """Reads the links in mails that act without signing in."""
        return AnswerLinks(self.settings.keyring)

    @cached_property
    def off_links(self) -> OffLinks:
        """Reads the links in mails that switch such mails off."""
        return OffLinks(self.settings.keyring)

    @property
    def secure(self) -> bool:
        """Whether people reach the pages over TLS, so that cookies travel over nothing else."""
        return self.settings.public_url.startswith("https://")

    async def casework(self) -> Casework:
        """The way to give commands. Connects to Temporal when it is first needed: pages read SQL without it.

        Raises:
            TemporalAway: no Temporal server answers.
        """
        if self.desk is not None:
            return Casework(self.engine, self.desk, files=self.attachments)
        client = await self._temporal()
        desk = CaseClient(
            client,
            self.settings.task_queue,
            signer=CommandSigner(self.settings.command_seed),
            history_limit=self.settings.history_limit,
        )
        return Casework(self.engine, desk, files=self.attachments)

    async def reply_to(self) -> str:
        """Where answers to mails go, as name <address>: to the secretariat, under the name that mails come from."""
        async with self.engine.connect() as connection:
            secretariat = await addressee_of(connection, SECRETARIAT, Capacity.HOLDER, self.clock())
        return replies_to(self.settings.mail_from, secretariat.email if secretariat else "")

    def nudge_delivery(self) -> None:
        """Have the delivery send now what was queued. Returns at once; the queue stays recorded if Temporal is away."""
        self.nudger.nudge()

    async def _temporal(self) -> Client:
        async with self._connecting:
            if self._client is None:
                self._client = await temporal_client(self.settings.temporal_connect_config(), self.settings.keyring)
            return self._client

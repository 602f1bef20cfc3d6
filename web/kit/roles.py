"""Which posts may open which pages, as dependencies that pages name in place of ``SignedIn``."""

from typing import Annotated

from models.posts import Role
from web.kit.visitor import Visitor, only

SEE_DIRECTORY = (Role.SECRETARIAT, Role.AUDITOR)
"""The secretariat manages the directory; auditors read it."""

ADMINISTER = (Role.SECRETARIAT, Role.CO_CHAIR, Role.AUDITOR)
"""Who has something to administer: Co-Chairs decide on the policy and read notices beforehand."""

SEE_LEDGER = (Role.SECRETARIAT, Role.CO_CHAIR, Role.AUDITOR)
"""Who may read to whom notices of a case were sent, and look at the case as another post sees it."""

FocalPoint = Annotated[Visitor, only(Role.FOCAL_POINT)]
Secretariat = Annotated[Visitor, only(Role.SECRETARIAT)]
DirectoryReader = Annotated[Visitor, only(*SEE_DIRECTORY)]
Administrator = Annotated[Visitor, only(*ADMINISTER)]
PolicyProposer = Annotated[Visitor, only(Role.SECRETARIAT, Role.CO_CHAIR)]
LedgerReader = Annotated[Visitor, only(*SEE_LEDGER)]

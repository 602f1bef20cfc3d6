"""Cases to send things to: in several stages, and one that has ended."""

from tests.rig import TO_WORK, Rig


async def seeded(parts: Rig) -> list[str]:
    """Their references."""
    references = []
    for steps in (0, 1, 3, 5, 9):
        await parts.submit(title=f"A case after {steps} steps", confidential={"situation": []})
        for by, do, fields in TO_WORK[:steps]:
            await parts.act(by, do, fields)
        references.append(parts.reference)
    await parts.act("RSO/secretariat", "add_outcome", {"title": "A hotline", "owner": "TH"})
    await parts.submit()
    await parts.act("LK/focal-point", "withdraw")
    return [*references, parts.reference]

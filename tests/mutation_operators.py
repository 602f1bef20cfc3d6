"""The changes that ``make mutation`` makes: those of cosmic-ray that could be somebody's slip, and three it has not.

Left out are those that no program survives (a sum made a shift) or none notices (``is`` for ``==`` between values of an
enumeration).
"""

from collections.abc import Iterator
from typing import Any

import parso

Position = tuple[tuple[int, int], tuple[int, int]]

THEIRS = (
    "ExceptionReplacer",
    "NumberReplacer",
    "RemoveDecorator",
    "ReplaceAndWithOr",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceBinaryOperator_BitOr_BitAnd",
    "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_GtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Gt_LtE",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_LtE_Gt",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Lt_GtE",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceContinueWithBreak",
    "ReplaceBreakWithContinue",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ZeroIterationForLoop",
)
"""Names of cosmic-ray's operators."""


class LeaveOut:
    """Leaves out a statement that does something: a call, a ``raise``, a ``yield``."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Where such statements stand."""
        if node.type == "simple_stmt":
            first = node.children[0]
            if first.type in ("atom_expr", "raise_stmt", "yield_expr"):
                yield first.start_pos, first.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """``pass`` in its place."""
        node.children[0] = parso.parse(f"{node.children[0].get_first_leaf().prefix}pass")
        return node


class Contrary:
    """Does at an ``if``, of a statement, an expression or a comprehension, what is for the other case."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Where something is asked; a question that begins with ``not`` loses it by another operator."""
        if node.type in _ASKED_AT:
            asked = node.children[_ASKED_AT[node.type]]
            if asked.type != "not_test":
                yield asked.start_pos, asked.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """``not`` before what is asked."""
        place = _ASKED_AT[node.type]
        node.children[place] = parso.parse(f" not ({node.children[place].get_code().strip()})")
        return node


_ASKED_AT = {"if_stmt": 1, "while_stmt": 1, "comp_if": 1, "test": 2}


class InOrNot:
    """Makes ``in`` ``not in``, and the other way."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Where membership is asked."""
        if node.type == "comparison" and len(node.children) == 3 and self._asked(node) in ("in", "not in"):
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The contrary."""
        node.children[1] = parso.parse(" in" if self._asked(node) == "not in" else " not in")
        return node

    def _asked(self, node: Any) -> str:
        return " ".join(node.children[1].get_code().split())


OURS = (LeaveOut, Contrary, InOrNot)

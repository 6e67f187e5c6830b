"""From the numbers of a video file to red, green and blue."""

from dataclasses import dataclass

__all__ = ["Colour"]

# Weights of red and blue in luma: ITU-R BT.601-7, BT.709-6 and BT.2020-2.
_WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}


@dataclass(frozen=True, slots=True)
class Colour:
    """How a clip codes its colours.

    Attributes:
        matrix: "bt601", "bt709" or "bt2020".
        full_range: whether luma uses 0 to 255 rather than 16 to 235.
    """

    matrix: str
    full_range: bool

    def to_rgb(self) -> tuple[tuple[float, ...], tuple[float, float, float]]:
        """Nine numbers by rows and an offset: rgb = matrix · (yuv - offset), all 0 to 1.

        From the weights as ITU-R BT.709-6, items 3.2 to 3.4, has it.
        """
        red, blue = _WEIGHTS[self.matrix]
        green = 1.0 - red - blue
        luma = 1.0 if self.full_range else 255.0 / 219.0
        chroma = 1.0 if self.full_range else 255.0 / 224.0
        from_v, from_u = 2.0 * (1.0 - red) * chroma, 2.0 * (1.0 - blue) * chroma
        matrix = (
            luma, 0.0, from_v,
            luma, -from_u * blue / green, -from_v * red / green,
            luma, from_u, 0.0,
        )  # fmt: skip
        return matrix, (0.0 if self.full_range else 16.0 / 255.0, 128.0 / 255.0, 128.0 / 255.0)

"""Write the page anew."""

from tests.matrix.page import PAGE, render

PAGE.write_text(render())

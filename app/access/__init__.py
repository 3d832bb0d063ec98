"""Who may see what: features, the matrix, the one decision, the guards and the directives that print them.

Pure: nothing here reads a clock, a file or a connection. Facts come in as a `Viewer`, verdicts go out.
"""

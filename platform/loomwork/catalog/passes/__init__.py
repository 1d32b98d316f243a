"""The passes of the compiler, one file each; `catalog/compile.py` runs them in order."""

"""How does one look around? The incidents of a dataset as linked views, in JupyterLab and as one page."""

"""The views of the desk: pages to look at, verbs to act, files, notices."""

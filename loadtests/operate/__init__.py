"""Every operators' command on a large data set, on either back end: how long, how much memory.

    python -m loadtests.operate --dossiers 100000 --on one_file,servers
"""

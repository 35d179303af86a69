"""
Hosts one entry script in a process of a replica. The seam is described in
docs/decisions/0013-entry-scripts.md.
"""

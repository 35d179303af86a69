"""
Types of parameters, each in a module of its own, so that a script needs only the packages that it
uses.
"""

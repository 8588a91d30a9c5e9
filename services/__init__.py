"""Dossier Post: administrative dossiers (hồ sơ thủ tục hành chính) carried through the public post.

Read in this order: foundation (what every service stands on), registry (reference data),
intake (takes dossiers in), courier (moves parcels), tracking (tells where they are).
"""

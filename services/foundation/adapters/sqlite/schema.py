"""The tables of the file, all services side by side."""

from collections.abc import Sequence

IN_ONE_QUERY = 400  # names in one IN (...)


def marks(names: Sequence[str]) -> str:
    """Question marks for an IN (...)."""
    return ",".join("?" * len(names))

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts(
  service TEXT, subject TEXT, sequence INTEGER, record BLOB NOT NULL,
  PRIMARY KEY(service, subject, sequence)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS private(
  id INTEGER PRIMARY KEY, service TEXT, subject TEXT, sealed BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS private_subject ON private(service, subject);
CREATE TABLE IF NOT EXISTS claims(
  service TEXT, claim TEXT, subject TEXT NOT NULL, PRIMARY KEY(service, claim)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claims_subject ON claims(service, subject);
CREATE TABLE IF NOT EXISTS waiting(
  id INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT, topic TEXT, subject TEXT, first INTEGER, last INTEGER);
CREATE TABLE IF NOT EXISTS topics(service TEXT, kind TEXT, topic TEXT, PRIMARY KEY(service, kind, topic)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting_service ON waiting(service, id);
CREATE TABLE IF NOT EXISTS rows(
  service TEXT, view TEXT, key TEXT, reflects INTEGER, value TEXT, indexes TEXT,
  PRIMARY KEY(service, view, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS row_index(
  service TEXT, view TEXT, name TEXT, value TEXT, key TEXT,
  PRIMARY KEY(service, view, name, value, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS generations(
  service TEXT, view TEXT, live INTEGER NOT NULL, begun TEXT, PRIMARY KEY(service, view)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters(service TEXT, name TEXT, total INTEGER, PRIMARY KEY(service, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS effects(service TEXT, name TEXT, effect TEXT, PRIMARY KEY(service, name, effect)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers(service TEXT, name TEXT, last INTEGER, PRIMARY KEY(service, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log(
  position INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT, reason TEXT, record BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS log_topic ON log(topic, position);
CREATE TABLE IF NOT EXISTS positions(reader TEXT, topic TEXT, position INTEGER, PRIMARY KEY(reader, topic)) WITHOUT ROWID;
"""

"""The database keeps the policy's own texts, and counts the versions of the others."""

from django.db import migrations

WORDS = """
CREATE FUNCTION knowledge_script_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.verbatim AND (NEW.text <> OLD.text OR NOT NEW.verbatim) THEN
        RAISE EXCEPTION 'script_word_for_word: the policy fixes the text of %', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.opening <> OLD.opening AND OLD.opening <> '' THEN
        RAISE EXCEPTION 'script_opening_fixed: the policy fixes how % begins', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.text <> OLD.text AND NEW.version <= OLD.version THEN
        RAISE EXCEPTION 'script_version_rises: a new text of % is a new version', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER script_kept BEFORE UPDATE ON knowledge_script
    FOR EACH ROW EXECUTE FUNCTION knowledge_script_keep();
CREATE FUNCTION knowledge_phrase_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.fixed AND (NEW.text <> OLD.text OR NEW.kind <> OLD.kind OR NOT NEW.fixed) THEN
        RAISE EXCEPTION 'phrase_fixed: the policy names %', OLD.text
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER phrase_kept BEFORE UPDATE ON knowledge_phrase
    FOR EACH ROW EXECUTE FUNCTION knowledge_phrase_keep();
"""


class Migration(migrations.Migration):
    replaces = [
        ("knowledge", "0003_words_are_kept"),
    ]

    dependencies = [("knowledge", "0001_tables")]

    operations = [migrations.RunSQL(WORDS)]

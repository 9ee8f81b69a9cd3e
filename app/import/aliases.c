/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/import/draft-private.h"

enum {
  RANK_FIRST = 10,
  RANK_SECOND = 20,
  RANK_MORE = 40,
  RANK_HOME = 60,
  RANK_MAIL = 80,
  RANK_FAX = 90
};

typedef struct {
  const char *names; /* folded, without digits, blanks between them */
  DkAlias alias;
} Row;

#define FIELD(field, names) \
  {                         \
    names,                  \
    {                       \
      field, NULL, NULL, 0  \
    }                       \
  }
#define NUMBER(kind, label, rank, names) \
  {                                      \
    names,                               \
    {                                    \
      DK_DRAFT_NONE, kind, label, rank   \
    }                                    \
  }

/* Of two columns for one field the one of lower rank is used. */
static const Row columns[] = {
  FIELD (DK_DRAFT_ID, "id contactid"),
  FIELD (DK_DRAFT_KEY, "objectguid uid uuid employeeid employeenumber personnelnumber staffid"
                       " personalnummer matricule externalid immutableid"),
  FIELD (DK_DRAFT_NAME, "displayname name fullname contactname anzeigename vollername nom"
                        " nomcomplet nomaffiche"),
  { "cn commonname", { DK_DRAFT_NAME, NULL, NULL, 1 } },
  FIELD (DK_DRAFT_GIVEN, "givenname firstname forename vorname prenom"),
  FIELD (DK_DRAFT_MIDDLE, "middlename additionalname initials zweitername"),
  FIELD (DK_DRAFT_FAMILY, "familyname lastname surname sn nachname nomdefamille"),
  FIELD (DK_DRAFT_SUFFIX, "suffix namesuffix generationqualifier"),
  FIELD (DK_DRAFT_ORGANISATION, "company organization organisation organizationname companyname"
                                " firma societe entreprise vendor lieferant"),
  FIELD (DK_DRAFT_ROLE, "role title jobtitle organizationtitle position function funktion"
                        " berufsbezeichnung poste fonction"),
  FIELD (DK_DRAFT_TEAM, "team department organizationdepartment abteilung service departement"
                        " group unit"),
  FIELD (DK_DRAFT_SITE, "site office officelocation physicaldeliveryofficename location building"
                        " buro standort batiment organizationlocation"),
  FIELD (DK_DRAFT_TIER, "tier escalationtier level"),
  FIELD (DK_DRAFT_HOURS, "hours workinghours businesshours officehours"),
  FIELD (DK_DRAFT_TIMEZONE, "timezone tz zeitzone fuseauhoraire"),
  FIELD (DK_DRAFT_LANGUAGES, "languages language preferredlanguage sprache sprachen langue"),
  FIELD (DK_DRAFT_AUDIENCE, "audience"),
  FIELD (DK_DRAFT_NOTE, "note notes comment comments info notizen bemerkung remarques"),
  FIELD (DK_DRAFT_TYPE, "type contacttype"),
  FIELD (DK_DRAFT_LOGIN, "login samaccountname username userid loginname accountname benutzername"
                         " identifiant logonname"),
  FIELD (DK_DRAFT_MANAGER, "manager managersname managername supervisor vorgesetzter responsable"),
  FIELD (DK_DRAFT_REFERENCE, "dn distinguishedname"),
  FIELD (DK_DRAFT_ACCOUNT, "useraccountcontrol enabled accountenabled accountstatus"),
  FIELD (DK_DRAFT_CLASS, "objectclass"),
  NUMBER ("desk", NULL, RANK_FIRST,
          "desk telephonenumber businessphone officephone workphone phone telephone tel"
          " telephonegeschaftlich geschaftlich telefon festnetz telefongeschaftlich durchwahl"
          " primaryphone businesstelephone phonenumber deskphone extension telephoneprofessionnel"
          " telephonebureau worktelephone officenumber"),
  NUMBER ("desk", NULL, RANK_FIRST + 2, "ipphone voip sipphone"),
  NUMBER ("desk", NULL, RANK_MORE,
          "othertelephone otherphone otheripphone phoneother callback"
          " isdn telex"),
  NUMBER ("desk", "main line", RANK_MORE,
          "companymainphone organizationmainphone companyphone"
          " hauptnummer zentrale standard"),
  NUMBER ("desk", "assistant", RANK_MORE + 5,
          "assistantsphone assistantphone"
          " telephoneassistant"),
  NUMBER ("mobile", NULL, RANK_SECOND,
          "mobile mobilephone cell cellphone mobiltelefon handy mobilenumber mobil natel portable"
          " telephonemobile gsm othermobile cellular"),
  NUMBER ("mobile", "car", RANK_SECOND + 5, "carphone autotelefon"),
  NUMBER ("pager", NULL, RANK_SECOND + 8,
          "pager otherpager pagernumber beeper piepser"
          " bip recherchepersonnes"),
  NUMBER ("radio", NULL, RANK_SECOND + 9, "radio radiophone radiochannel radiocallsign funk"),
  NUMBER ("runner", NULL, RANK_SECOND + 9, "runner runnerpost"),
  NUMBER ("desk", DK_DRAFT_HOME, RANK_HOME,
          "homephone otherhomephone telefonprivat privat"
          " telephonedomicile hometelephone"),
  NUMBER ("email", NULL, RANK_MAIL,
          "email mail emailaddress mailaddress primaryemail emailvalue eposta courriel"
          " emailadresse adressedemessagerie workemail smtpaddress"),
  NUMBER ("desk", DK_DRAFT_FAX, RANK_FAX,
          "fax businessfax homefax otherfax faxnumber facsimiletelephonenumber telefax workfax"
          " otherfacsimiletelephonenumber faxgeschaftlich"),
};

static const Row labels[] = {
  NUMBER ("desk", DK_DRAFT_FAX, RANK_FAX,
          "fax workfax homefax otherfax businessfax faxwork faxhome telefax facsimile"),
  NUMBER ("mobile", NULL, RANK_SECOND,
          "mobile cell iphone handy mobil natel portable gsm applewatch"
          " mobilework workmobile cellwork workcell cellvoice"
          " businessmobile"),
  NUMBER ("mobile", "car", RANK_SECOND + 5, "car"),
  NUMBER ("pager", NULL, RANK_SECOND + 8, "pager workpager beeper"),
  NUMBER ("radio", NULL, RANK_SECOND + 9, "radio funk"),
  NUMBER ("runner", NULL, RANK_SECOND + 9, "runner runnerpost"),
  NUMBER ("email", NULL, RANK_MAIL, "email mail"),
  NUMBER ("desk", DK_DRAFT_HOME, RANK_HOME, "home privat domicile private personal"),
  NUMBER ("desk", "main line", RANK_MORE, "main companymain"),
  NUMBER ("desk", NULL, RANK_FIRST,
          "desk work business office voice tel phone arbeit travail"
          " geschaftlich bureau workvoice pref"),
  NUMBER ("desk", NULL, RANK_MORE, "other autre andere callback"),
};

char *
dk_alias_fold (const char *name)
{
  g_autofree char *folded = dk_text_fold (name);
  GString *out = g_string_new (NULL);

  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (g_unichar_isalnum (c))
      g_string_append_unichar (out, c);
  }
  return g_string_free (out, FALSE);
}

static gboolean
has_word (const char *words, const char *word)
{
  gsize size = strlen (word);

  for (const char *p = strstr (words, word); p != NULL; p = strstr (p + 1, word))
    if ((p == words || p[-1] == ' ') && (p[size] == ' ' || p[size] == '\0'))
      return TRUE;
  return FALSE;
}

static DkAlias
look_up (const Row *rows, gsize count, const char *name)
{
  g_autofree char *folded = dk_alias_fold (name);
  DkAlias none = { DK_DRAFT_NONE, NULL, NULL, 0 };
  gsize n = 0;

  for (gsize i = 0; folded[i] != '\0'; i++)
    if (!g_ascii_isdigit (folded[i]))
      folded[n++] = folded[i];
  folded[n] = '\0';
  for (gsize i = 0; n > 0 && i < count; i++)
    if (has_word (rows[i].names, folded))
      return rows[i].alias;
  return none;
}

DkAlias
dk_alias_of_column (const char *column)
{
  return look_up (columns, G_N_ELEMENTS (columns), column);
}

DkAlias
dk_alias_of_label (const char *label)
{
  DkAlias found = look_up (labels, G_N_ELEMENTS (labels), label);

  if (found.kind == NULL)
    found = (DkAlias){ DK_DRAFT_NOTE, "desk", NULL, RANK_FIRST + 5 };
  return found;
}

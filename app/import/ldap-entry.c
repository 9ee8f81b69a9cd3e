/* SPDX-License-Identifier: MIT */
#include "app/base/text.h"
#include "app/import/ldap-private.h"

#define VALUE_BYTES_MAX (16u << 10)

const char *const DK_LDAP_ATTRIBUTES[] = {
  "objectClass",
  "objectGUID",
  "entryUUID",
  "displayName",
  "cn",
  "givenName",
  "sn",
  "sAMAccountName",
  "uid",
  "userAccountControl",
  "telephoneNumber",
  "otherTelephone",
  "ipPhone",
  "otherIpPhone",
  "mobile",
  "otherMobile",
  "pager",
  "otherPager",
  "homePhone",
  "otherHomePhone",
  "facsimileTelephoneNumber",
  "mail",
  "company",
  "o",
  "department",
  "ou",
  "title",
  "physicalDeliveryOfficeName",
  "manager",
  "preferredLanguage",
  "info",
  NULL,
};

const char DK_LDAP_FILTER[]
    = "(&(|(objectClass=person)(objectClass=contact))(!(objectClass=computer))"
      "(|(telephoneNumber=*)(otherTelephone=*)(mobile=*)(pager=*)(ipPhone=*)(homePhone=*)"
      "(mail=*)))";

/* Names that mean something else in a directory than in a table. */
static gboolean
take_special (DkDraft *draft, const char *attribute, const char *text)
{
  static const struct {
    const char *name;
    DkDraftField field;
  } fields[] = {
    { "uid", DK_DRAFT_LOGIN },
    { "entryUUID", DK_DRAFT_KEY },
    { "o", DK_DRAFT_ORGANISATION },
    { "ou", DK_DRAFT_TEAM },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_ascii_strcasecmp (fields[i].name, attribute) == 0) {
      dk_draft_set (draft, fields[i].field, text);
      return TRUE;
    }
  return FALSE;
}

static void
take_class (DkDraft *draft, const char *text)
{
  const char *before = dk_draft_get (draft, DK_DRAFT_CLASS);

  /* the class that says most comes last in Active Directory, anywhere elsewhere */
  if (before == NULL || g_ascii_strcasecmp (text, "computer") == 0
      || g_ascii_strcasecmp (text, "group") == 0) {
    dk_draft_set (draft, DK_DRAFT_CLASS, text);
  }
}

gboolean
dk_ldap_take_value (DkDraft *draft, const char *attribute, const char *bytes, gsize size)
{
  g_autofree char *text = NULL;
  DkAlias alias;

  if (size > VALUE_BYTES_MAX)
    return FALSE;
  if (g_ascii_strcasecmp (attribute, "objectGUID") == 0) {
    text = dk_text_hex (bytes, size);
    dk_draft_set (draft, DK_DRAFT_KEY, text);
    return TRUE;
  }
  text = g_utf8_make_valid (bytes, (gssize) size);
  if (g_ascii_strcasecmp (attribute, "objectClass") == 0) {
    take_class (draft, text);
    return TRUE;
  }
  if (take_special (draft, attribute, text))
    return TRUE;
  alias = dk_alias_of_column (attribute);
  if (alias.field != DK_DRAFT_NONE)
    dk_draft_set (draft, alias.field, text);
  else if (alias.kind != NULL)
    dk_draft_add_number (draft, alias.kind, text, alias.label, alias.rank);
  return TRUE;
}

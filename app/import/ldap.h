/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/base/secret.h"
#include "app/import/import-list.h"

G_BEGIN_DECLS

/* People of a directory: LDAP version 3, Active Directory above all. The connection is TLS from the
 * first byte (ldaps://) or by StartTLS (ldap://) before anything else is said; the certificate must
 * hold for the name in the URL. Referrals are not followed. */
typedef struct {
  const char *url;    /* ldaps://host[:port] or ldap://host[:port]; borrowed, as all below */
  const char *base;   /* DN below which people are sought; NULL = the server's default */
  const char *filter; /* NULL = people and contacts that have a number or an e-mail address */
  const char *bind;   /* DN or user@domain; NULL = anonymous */
  const DkSecret *password;
  const char *ca_file; /* PEM; NULL = those that the system trusts */
  guint page;          /* entries a page, 0 = 500 */
  guint timeout_s;     /* for each answer, 0 = 30 */
} DkLdapQuery;

/* Asks for all pages. A person whose account is switched off is marked as disabled. What came
 * before a connection broke off is not used. DK_ERROR_USAGE for a query that is none,
 * DK_ERROR_DENIED for a wrong password, DK_ERROR_UNREACHABLE for a server that does not answer or
 * is not who it should be, DK_ERROR_NOT_FOUND for an unknown base, DK_ERROR_PARTIAL for one that
 * gives no more than a part (size limit without pages). Slow; any thread. New list. */
DkImportList *dk_ldap_read (const DkLdapQuery *query, const DkJob *job, GError **error) DK_CHECKED;

/* TRUE if a word is an address that dk_ldap_read takes. */
gboolean dk_ldap_is_url (const char *text);

G_END_DECLS

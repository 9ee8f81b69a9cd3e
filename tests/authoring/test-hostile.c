/* SPDX-License-Identifier: MIT */
/* Goal: a folder that means harm, or is broken beyond sense, is refused with a place, or taken as
 * the text that it is; no crash, no hang, no message without an end.
 * Method: one file at a time in a small complete folder; each is read in at most two seconds of
 * CPU; what is taken is built, and its runbooks are drawn without a link that leads into the
 * machine. The counts of refused and taken have a minimum; the folder without the file is the
 * control. */
#include <string.h>

#include "app/authoring/pack-build.h"
#include "app/base/platform.h"
#include "app/content/markdown.h"
#include "tests/authoring/folder.h"
#include "tests/support/support.h"

#define SECONDS_MAX 2.0
#define MESSAGE_BYTES_MAX 65536
#define FRONT "---\nid: x\ntitle: X\n---\n"
#define CONTACTS "id,name,number1_kind,number1\n"
#define SHIFTS "service,tier,contact,timezone,start,end\n"

typedef struct {
  const char *file;
  const char *head;
  const char *piece; /* repeated */
  guint count;
  const char *tail;
} Case;

static const Case cases[] = {
  { "contacts/x.csv", CONTACTS "a,", "x", 1000000, ",desk,55100\n" },
  { "contacts/x.csv", CONTACTS "a,\"", "x\n", 1000000, "\",desk,55100\n" },
  { "contacts/x.csv", "id,name", ",c", 100000, "\n" },
  { "contacts/x.csv", CONTACTS "a", ",", 100000, "\n" },
  { "contacts/x.csv", CONTACTS "a,\"A", "\"", 100001, ",desk,55100\n" },
  { "contacts/x.csv", CONTACTS, "a,\"A,desk,55100\n", 10000, "" },
  { "contacts/x.csv", CONTACTS, "a,A,desk,call me\n", 50000, "" },
  { "contacts/x.csv", CONTACTS "a,A\xe2\x80\xae", "\xcc\x81", 60, ",desk,55100\n" },
  { "contacts/x.csv", CONTACTS, "\n", 1000000, "a,A,desk,55100\n" },
  { "contacts/x.csv", CONTACTS "a,A,desk,+", "1", 400, "\n" },
  { "contacts/x.csv", CONTACTS "a,A,email,", "@", 400, "\n" },
  { "contacts/x.csv", "", "\xef\xbb\xbf", 1000, CONTACTS },
  { "contacts/x.vcf", "BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:", "=41=\n", 200000,
    "\nTEL:55100\nEND:VCARD\n" },
  { "contacts/x.vcf", "", "BEGIN:VCARD\n", 100000, "END:VCARD\n" },
  { "contacts/x.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:A\n", "TEL:919-555-0150\n", 50000,
    "END:VCARD\n" },
  { "devices/x.csv", "host\n", "PC\n", 100000, "" },
  { "devices/x.csv", "host,note\nPC-1,", "9", 1000000, "\n" },
  { "lists/x.csv", "id", ",a", 100000, "\n" },
  { "oncall/x.csv", SHIFTS, "network,1,desk,UTC,2026-11-20 00:00,2026-11-21 00:00\n", 2000, "" },
  { "oncall/x.csv", SHIFTS "network,1,desk,../../etc/passwd,2026-11-20 00:00,2026-11-21 00:00", "",
    0, "\n" },
  { "oncall/x.csv", SHIFTS "network,1,desk,UTC,", "9", 400, ",2026-11-21 00:00\n" },
  { "calltrees/x.yaml", "id: t\ntitle: T\ncalls:\n", "- {contact: desk}\n", 20000, "" },
  { "calltrees/x.yaml", "id: t\ntitle: T\ncalls: ", "[", 10000, "\n" },
  { "services/x.yaml", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n",
    "c: [*b,*b,*b,*b,*b,*b,*b,*b]\n", 1, "" },
  { "services/x.yaml", "", "- [", 30000, "" },
  { "services/x.yaml", "", "{a: ", 30000, "" },
  { "services/x.yaml", "- id: ", "x", 900000, "\n" },
  { "services/x.yaml", "- id: x\n  name: X\n", "  say: a\n", 50000, "" },
  { "services/x.yaml", "- !!python/object/apply:os.abort []\n", "", 0, "" },
  { "services/x.yaml", "- id: x\n", "---\n- id: y\n", 10000, "" },
  { "services/x.yaml", "- id: x\n  support:\n", "    - {group: front}\n", 20000, "" },
  { "services/x.yaml", "", "- {}\n", 100000, "" },
  { "pack.yaml", "name: ", "\"\\u202e\" ", 1, "\n" },
  { "runbooks/x.md", FRONT, "- ", 10000, "x\n" },
  { "runbooks/x.md", FRONT, "> ", 10000, "x\n" },
  { "runbooks/x.md", FRONT, "  - x\n", 100000, "" },
  { "runbooks/x.md", FRONT, "[", 50000, "](contact:desk)\n" },
  { "runbooks/x.md", FRONT, "*a **b ", 50000, "\n" },
  { "runbooks/x.md", FRONT, "`", 100000, "\n" },
  { "runbooks/x.md", FRONT "| a |\n|---|\n", "| x ", 50000, "|\n" },
  { "runbooks/x.md", FRONT, "<!--", 50000, "\n" },
  { "runbooks/x.md", FRONT, "&", 100000, "\n" },
  { "runbooks/x.md", FRONT "Text\n\n", "<script>fetch('//a.example')</script>\n\n", 100, "" },
  { "runbooks/x.md", FRONT "Text\n\n", "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1))\n\n", 100,
    "" },
  { "runbooks/x.md", FRONT "Text\n\n", "[x](file:///etc/passwd) ![y](file:///etc/passwd)\n\n", 100,
    "" },
  { "runbooks/x.md", FRONT "Text\n\n", "[x](data:text/html,a) [y](\\\\server\\share)\n\n", 100,
    "" },
  { "runbooks/x.md", FRONT "Text\n\n", "<iframe src=\"file:///etc/passwd\">\n\n", 100, "" },
  { "runbooks/x.md", FRONT, "- [ ] Look at one thing\n\n", 8000, "" },
  { "runbooks/x.md", FRONT "Text\n\n", "![y](http://a.example/x.png) <b onclick=x>b</b>\n\n", 100,
    "" },
  { "runbooks/x.md", "---\n", "id: x\n", 10000, "---\nText\n" },
  { "runbooks/x.md", "---\n", "- ", 10000, "\n---\nText\n" },
  { "runbooks/x.md", "", "---\n", 100000, "" },
  { "runbooks/x.md", FRONT, "text ", 400000, "\n" },
  { "forms/x.json", "", "[", 100000, "" },
  { "forms/x.json", "", "{\"a\":", 100000, "" },
  { "forms/x.json", "{\"a\":\"", "x", 9000000, "\"}" },
};

static gboolean
leads_into_the_machine (const char *link)
{
  static const char *const schemes[] = { "javascript", "file", "data", "vbscript" };

  for (gsize i = 0; link != NULL && i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (link, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;
  return FALSE;
}

static void
check_document (const DkDocument *document)
{
  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    for (guint k = 0; k < block->spans->len; k++)
      g_assert_false (
          leads_into_the_machine (g_array_index (block->spans, DkSpan, k).link));
  }
}

static void
check_taken (const DkPackSource *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) zip = dk_pack_content_zip (source, &error);

  g_assert_no_error (error);
  g_assert_nonnull (zip);
  for (guint i = 0; i < source->parts[DK_PACK_RUNBOOKS_PART].count; i++) {
    g_autoptr (json_t) runbook = dk_pack_source_record (source, DK_PACK_RUNBOOKS_PART, i);
    const char *text = dk_json_get_text (runbook, "markdown");
    g_autoptr (DkDocument) document = dk_markdown_parse (text, strlen (text), &error);
    g_assert_no_error (error);
    check_document (document);
  }
}

/* What the check of today refuses may stand in a pack of another program: TRUE if it was drawn. */
static gboolean
draw_body (const Case *a, const char *text)
{
  g_autoptr (DkDocument) document = NULL;
  const char *body = text + strlen (FRONT);

  if (!g_str_has_prefix (a->file, "runbooks/") || !g_str_has_prefix (text, FRONT))
    return FALSE;
  document = dk_markdown_parse (body, strlen (body), NULL);
  if (document != NULL)
    check_document (document);
  return document != NULL;
}

/* TRUE if it was taken. */
static gboolean
try_case (const Case *a, guint *drawn)
{
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (GString) text = g_string_new (a->head);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPackSource) source = NULL;
  guint64 begin;
  double seconds;

  for (guint i = 0; i < a->count; i++)
    g_string_append (text, a->piece);
  g_string_append (text, a->tail);
  dk_test_pack_put (folder, a->file, text->str);
  begin = (guint64) dk_platform_cpu_us ();
  source = dk_pack_source_read (folder, NULL, &error);
  if (source != NULL)
    check_taken (source);
  *drawn += draw_body (a, text->str);
  seconds = (double) ((guint64) dk_platform_cpu_us () - begin) / 1e6;
  g_test_message ("%s %.20s...: %s, %.2f s", a->file, a->piece,
                  source != NULL ? "taken" : "refused", seconds);
  g_assert_cmpfloat (seconds, <, SECONDS_MAX);
  if (source == NULL) {
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_cmpuint (strlen (error->message), <, MESSAGE_BYTES_MAX);
    g_assert_nonnull (strstr (error->message, a->file));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  }
  dk_test_remove (folder);
  return source != NULL;
}

static void
test_hostile (void)
{
  g_autofree char *control = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (control);
  guint taken = 0;
  guint drawn = 0;

  check_taken (source);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    taken += try_case (&cases[i], &drawn);
  g_test_message ("%u files: %u taken as text, %u refused; %u bodies drawn",
                  (guint) G_N_ELEMENTS (cases), taken, (guint) G_N_ELEMENTS (cases) - taken, drawn);
  g_assert_cmpuint (taken, >=, 5);
  g_assert_cmpuint (drawn, >=, 7);
  g_assert_cmpuint (G_N_ELEMENTS (cases) - taken, >=, 30);
  dk_test_remove (control);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/authoring/hostile/refused-or-shown-as-text", test_hostile);
  return dk_test_run ();
}

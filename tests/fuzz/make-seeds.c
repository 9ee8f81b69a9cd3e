/* SPDX-License-Identifier: MIT */
/* Writes tests/data/fuzz anew: `make-fuzz-seeds FOLDER`. Nothing in it comes from elsewhere. */
#include <string.h>

#include "app/base/file.h"
#include "app/crypto/age.h"
#include "app/crypto/recovery.h"
#include "app/form/form.h"
#include "app/xlsform/xlsform-export.h"
#include "app/xlsform/xlsx-write.h"
#include "tests/crypto/age-sample.h"
#include "tests/crypto/sample.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

static const char *root;

static void
put (const char *target, const char *name, const void *bytes, gsize size)
{
  g_autofree char *folder = g_build_filename (root, target, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (dk_file_make_folder (folder, NULL));
  g_assert_true (dk_file_replace (path, bytes, size, DK_FILE_NOT_SYNCED, NULL));
}

#define FORM_WITH_LOGIC \
  "{\"form_id\":\"x\",\"version\":\"1\",\"title\":\"X\",\"pdf\":{\"lines\":4}," \
  "\"choices\":{\"c\":[" \
  "{\"name\":\"a\",\"of\":\"1\"},{\"name\":\"b\",\"of\":\"2\"}]},\"follow_up\":[{\"form\":\"y\"," \
  "\"relevant\":\"${n} > 1\",\"set\":{\"summary\":\"Do ${s} of ${n}\"}}],\"survey\":[" \
  "{\"type\":\"integer\",\"name\":\"n\",\"constraint\":\". < 9\"}," \
  "{\"type\":\"begin_group\",\"name\":\"g\",\"relevant\":\"${n} = 1\"}," \
  "{\"type\":\"select_one c\",\"name\":\"s\",\"choice_filter\":\"of = ${n}\"}," \
  "{\"type\":\"end_group\"},{\"type\":\"begin_repeat\",\"name\":\"r\"}," \
  "{\"type\":\"text\",\"name\":\"t\",\"default\":\"today()\",\"required\":\"${q} > ${n}\"}," \
  "{\"type\":\"decimal\",\"name\":\"q\",\"relevant\":\"${t} != ''\"},{\"type\":\"end_repeat\"}," \
  "{\"type\":\"calculate\",\"name\":\"k\",\"calculation\":\"sum(${q}) + count(${r})\"}," \
  "{\"type\":\"image\",\"name\":\"p\",\"relevant\":\"once(${k}) = 2\"}]}"

static void
put_text (const char *target, const char *name, const char *text)
{
  put (target, name, text, strlen (text));
}

static void
put_bytes (const char *target, const char *name, GBytes *bytes)
{
  put (target, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* A first part, then one record of dk_fuzz_edit. */
static void
put_edit (const char *target, const char *name, const void *head, gsize head_size, guint offset,
          const void *bytes, guint8 size)
{
  g_autoptr (GByteArray) script = g_byte_array_new ();

  g_byte_array_append (script, head, (guint) head_size);
  dk_fuzz_add_edit (script, offset, bytes, size);
  put (target, name, script->data, script->len);
}

static void
make_directory (void)
{
  const guint8 admin = DK_ROLE_ADMIN;
  const guint8 zeros[200] = { 0 };
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) directory = dk_sample_quick_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (directory, all);
  g_autofree guint8 *start = g_malloc (1 + 4096 + 3 * DK_SLOT_SIZE);

  put ("directory", "honest", "\x02", 1);
  put ("directory", "honest-omar", "\x12", 1);
  put_edit ("directory", "promoted", "\x12", 1, 4096 + 2 * DK_SLOT_SIZE + DK_SLOT_AT_ROLE, &admin,
            1);
  put_edit ("directory", "renamed", "\x11", 1, 4096 + 2 * DK_SLOT_SIZE + DK_SLOT_AT_NAME, "eve", 4);
  put_edit ("directory", "one-copy", "\x04", 1, 4096, zeros, sizeof zeros);
  put_edit ("directory", "costly", "\x03", 1, 4096 + DK_SLOT_AT_MIB, "\xff\xff\xff\xff", 4);
  put_edit ("directory", "records", "\x03", 1, 96, "\x10\x00\x00\x00", 4);
  start[0] = 0x0b;
  memcpy (start + 1, g_bytes_get_data (copies, NULL), 4096 + 3 * DK_SLOT_SIZE);
  put ("directory", "from-zeros", start, 1 + 4096 + 3 * DK_SLOT_SIZE);
}

static void
make_journal (void)
{
  static const guint8 heads[][6] = {
    { 0 },                 /* bytes of the journal */
    { 1 },                 /* of the database */
    { 2 },                 /* what frames hold, sealed again */
    { 6 },                 /* with right checksums */
    { 8, 0x00, 0x30 },     /* cut */
    { 16, 0, 0, 4, 1, 0 }, /* another note */
    { 16, 0, 0, 9, 0, 1 },
    { 32 }, /* no journal */
    { 64 }, /* pages */
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++) {
    g_autofree char *plain = g_strdup_printf ("as-it-is-%u", i);
    g_autofree char *edited = g_strdup_printf ("edited-%u", i);

    put ("journal", plain, heads[i], sizeof heads[i]);
    put_edit ("journal", edited, heads[i], sizeof heads[i], 1024 + 60, "\xff\x01", 2);
  }
  put_edit ("journal", "commit-size", heads[3], 6, 4, "\x00\x00\x00\x00", 4);
  put_edit ("journal", "schema", heads[8], 6, 40, "\x00\x00\x00\x09", 4);
  put_edit ("journal", "header", heads[0], 6, 0, "\x00", 1);
  put_edit ("journal", "note", heads[1], 6, 131072, "\x00", 1);
  put_edit ("journal", "other-note", heads[1], 6, 131072 + 4096, "\x00", 1);
}

static void
make_age (void)
{
  static const gsize sizes[] = { 0, 1, 47, 48, 300 };
  g_autoptr (GBytes) plain = dk_age_sample_plain (65537);
  g_autoptr (GBytes) large = dk_age_sample_seal (plain, 1, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (sizes) * 2; i++) {
    g_autoptr (GBytes) text = dk_age_sample_plain (sizes[i / 2]);
    g_autoptr (GBytes) sealed = dk_age_sample_seal (text, 1 + i / 2 % 3, i % 2 == 1);
    g_autofree char *name = g_strdup_printf ("%" G_GSIZE_FORMAT "-%s", sizes[i / 2],
                                             i % 2 == 1 ? "armored" : "binary");

    put_bytes ("age", name, sealed);
  }
  put ("age", "cut", g_bytes_get_data (large, NULL), 400);
}

#define BODY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define FULL "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"

static void
make_age_header (void)
{
  put_text ("age-header", "alone", "0");
  put_text ("age-header", "grease", "0-> grease a b ~!\n\n");
  put_text ("age-header", "long-body", "1-> x\n" FULL FULL "AAAA\n");
  put_text ("age-header", "another", "1-> X25519 " BODY "\n" BODY "\n");
  put_text ("age-header", "scrypt", "0-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n" BODY "\n");
  put_text ("age-header", "mac", "0--- " BODY "\n");
}

static void
make_minisign (void)
{
  g_auto (DkMinisignSecret) secret = { 0 };
  DkMinisignPublic key;
  g_autofree char *public_text = NULL;
  g_autofree char *signature = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *crlf = NULL;

  dk_fuzz_signer (&secret, &key);
  public_text = dk_minisign_public_text (&key);
  signature = dk_minisign_sign ("hello\n", 6, &secret, "dk-test v=1 seq=7");
  lines = g_strsplit (signature, "\n", -1);
  crlf = g_strjoinv ("\r\n", lines);
  put_text ("minisign", "signature", signature);
  put_text ("minisign", "signature-crlf", crlf);
  put_text ("minisign", "public", public_text);
  put_text ("minisign", "secret",
            "untrusted comment: minisign secret key\n"
            "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASNFZ4mr"
            "ze8xMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMUgHWll+choVbi4Hmd5cwMUyTcbn6vHN1GJQ"
            "ho7FMhXdNinkUju//d64UdV8TP234tw9awNaIHSuuazOMDDI5WU=\n");
}

static void
make_typed (void)
{
  g_autoptr (DkSecret) code = dk_sample_code ();
  g_autoptr (DkSecret) text = dk_recovery_format (code);
  g_autoptr (DkSecret) key = dk_age_sample_key (1);
  g_autoptr (DkSecret) identity = dk_age_identity_text (key);
  g_autofree guint8 *public_key = dk_age_sample_public (1);
  g_autofree char *recipient = dk_age_recipient_text (public_key);

  put_text ("typed", "code", (const char *) dk_secret_get (text));
  put_text ("typed", "identity", (const char *) dk_secret_get (identity));
  put_text ("typed", "recipient", recipient);
  put_text ("typed", "number", "DT-A07-0042-D");
  put_text ("typed", "drill", "dr a07 0042");
}

static void
make_container (void)
{
  static const char *const types[] = { "pack", "bundle", "receipt", "backup" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GBytes) bytes = dk_fuzz_container (types[i]);
    g_autoptr (DkContainer) container = dk_container_open (bytes, NULL);
    g_autofree char *name = g_strconcat (types[i], "-manifest", NULL);

    put_bytes ("container", types[i], bytes);
    put_bytes ("container", name, dk_container_manifest_bytes (container));
  }
}

static void
make_ledger (void)
{
  g_autoptr (GBytes) ledger = dk_fuzz_ledger ();
  g_autofree char *text = g_strndup (g_bytes_get_data (ledger, NULL), g_bytes_get_size (ledger));
  g_autofree char *chained = g_strconcat ("!", text, NULL);
  g_autofree char *alone = g_strndup (text, (gsize) (strstr (text, "\n@") - text) + 1);

  put_text ("ledger", "whole", text);
  put_text ("ledger", "chained", chained);
  put_text ("ledger", "lines-alone", alone);
}

static void
make_records (void)
{
  put_text ("record", "contact",
            "{\"audience\":\"all\",\"id\":\"desk\",\"lead_note\":\"n\",\"login\":\"l\",\"ma"
            "nager\":\"lead\",\"name\":\"Desk\",\"numbers\":[{\"kind\":\"desk\",\"value\":"
            "\"ext. 55100\"},{\"audience\":\"lead\",\"kind\":\"mobile\",\"value\":\"1\"}],"
            "\"tier\":1,\"type\":\"team\"}\n");
  put_text ("record", "service",
            "{\"criticality\":1,\"depends_on\":[\"ad\"],\"id\":\"ehr\",\"name\":\"EHR\",\"s"
            "upport\":[{\"group\":\"g\",\"hours\":\"24x7\",\"site\":\"A\",\"timezone\":\"UT"
            "C\"}],\"support_group\":\"g\"}\n");
  put_text ("record", "runbook",
            "{\"audience\":\"lead\",\"id\":\"x\",\"markdown\":\"- [ ] a\\n\",\"review_every"
            "_days\":90,\"reviewed\":\"2026-11-20\",\"tags\":[\"a\"],\"title\":\"T\"}\n");
  put_text ("record", "shift",
            "{\"contact\":\"a\",\"ends\":\"2026-11-23T08:00\",\"repeat_days\":14,\"service"
            "\":\"s\",\"starts\":\"2026-11-16T08:00\",\"tier\":1,\"timezone\":\"UTC\",\"unt"
            "il\":\"2027-01-01\"}\n");
  put_text ("record", "call-tree",
            "{\"calls\":[{\"contact\":\"a\",\"wait_min\":5,\"instead\":\"c\"},{\"by\":\"a\""
            ",\"contact\":\"b\",\"say\":\"x\"}],\"id\":\"t\",\"owner\":\"a\",\"title\":\"T"
            "\"}\n");
  put_text ("record", "device",
            "{\"host\":\"PC-1\",\"location\":\"a\",\"os\":\"x\",\"owner\":\"o\",\"recovery_"
            "key_id\":\"0F\",\"serial\":\"s\"}\n");
}

static void
make_content (void)
{
  put_text ("table", "outlook",
            "\"First Name\",\"Last Name\",\"Business Phone\",\"Mobile Phone\",\"Home Phone\"\r\n"
            "A,B,555-0100,555-0101 ::: 555-0102,\"x \"\"y\"\"\"\r\nC,D,\"never closed\r\n");
  put_text ("table", "own", "sep=;\nid;name;number1_kind;number1;hours\na-b;N;radio;'-7;24x7\n");
  put_text ("table", "directory",
            "DN,objectClass,displayName,telephoneNumber,userAccountControl,manager,objectGUID\n"
            "\"CN=a,DC=x\",user,A,1;22;333,512,\"CN=b,DC=x\",0a\n"
            "\"CN=b,DC=x\",user,B,44,514,,0b\n");
  put ("table", "wide", "\xff\xfeN\0a\0m\0e\0\t\0F\0u\0n\0k\0\n\0A\0\t\0" "7\0\n\0", 32);
  put_text ("vcard", "old",
            "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING="
            "QUOTED-PRINTABLE:M=FCl=\r\nler;A\r\nTEL;WORK;VOICE:555-0100\r\n"
            "AGENT:\r\nBEGIN:VCARD\r\nFN:I\r\nEND:VCARD\r\n"
            "PHOTO;BASE64:\r\n QUJD\r\n\r\nEND:VCARD\r\n");
  put_text ("vcard", "groups",
            "BEGIN:VCARD\nVERSION:3.0\nFN:A\\, B\nORG:O;T\nitem1.TEL;TYPE=WORK,pref:55\n"
            "item1.X-ABLabel:_$!<Other>!$_\nADR;TYPE=WORK:;r;s;c\nNOTE:l\\nm\n fold\nEND:VCARD\n");
  put_text ("vcard", "new",
            "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:A\n"
            "TEL;VALUE=uri;PREF=1;TYPE=\"voice,work\":tel:+1-555;ext=7\nTZ:Europe/Berlin\n"
            "RELATED;TYPE=contact:x\nUID:urn:uuid:1\nEND:VCARD\n");
  put_text ("csv", "plain", "name,role,desk\nDesk,on call,\"+1 919\n555 0100\"\nb,,'=1+1\n");
  put_text ("csv", "semicolon",
            "\xef\xbb\xbf"
            "a;b\r\n\"x\"\"y\";2\r\n\r\n");
  put_text ("yaml", "fleet",
            "stations:\n  - code: A07\n    site: CARY\n    signer: RWQBI0VniavN\n"
            "    recipient: age1x\ndesks: []\nsigners:\n  trusted: []\n  revoked: []\n");
  put_text ("yaml", "policy",
            "safety_floor: 2\nidle_min: 5\ncapture_hint: \"Room and bed only\"\n"
            "matrix: [[1, 2, 3], [2, 3, 4], [3, 4, 5]]\nbackup:\n  folders: [/srv/backup]\n");
  put_text ("yaml", "scalars", "a: 'it''s'\nb: |\n  two\n  lines\nc: >-\n  folded\nd: ~\ne: 007\n");
  put_text ("markdown", "runbook",
            "# EHR down\n\nCall [the desk](contact:desk), see <https://a.example>.\n\n"
            "- [ ] print\n  - [x] twice\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n"
            "## [lead only] Codes\n\nsecret\n\n## Next\n\n```\ncode\n```\n\n> said\n\n1. one\n");
  put_text ("json", "contact",
            "{\"id\":\"desk\",\"name\":\"Desk\",\"role\":\"r\",\"tier\":1,\"numbers\":"
            "[{\"kind\":\"desk\",\"value\":\"1\"}],\"audience\":\"all\"}");
  put_text ("json", "station",
            "{\"v\":1,\"kit\":\"00\",\"station\":\"A07\",\"site\":\"CARY\",\"signers\":[],"
            "\"routes\":[],\"text\":\"\\u00e9\\n\",\"n\":-1.5e3,\"b\":[true,false,null]}");
  put_text ("json", "service", "{\"id\":\"ehr\",\"name\":\"EHR\",\"depends\":[\"ad\"]}");
  put_text ("json", "runbook", "{\"id\":\"x\",\"title\":\"T\",\"markdown\":\"# T\\n\"}");
  for (const char *const *id = dk_form_shipped_ids (); *id != NULL; id++) {
    g_autoptr (DkForm) form = dk_form_shipped (*id, "en");

    put_text ("form", *id, dk_form_source (form));
  }
  put_text ("form", "logic", FORM_WITH_LOGIC);
  put_text ("form", "small",
            "{\"settings\":{\"form_id\":\"x\",\"version\":\"1\",\"form_title\":\"X\"},"
            "\"survey\":[{\"type\":\"text\",\"name\":\"summary\",\"label\":\"S\"}]}");
}

static void
make_expressions (void)
{
  put_text ("expression", "numbers",
            "(1 + ${a} * -2.5 div 0 mod 3) >= round(1.005, 2) or int(.5) = 0\n7\n\n-3.25");
  put_text ("expression", "texts",
            "concat(substr(., 1, -1), translate(${b}, 'abc', 'A'), join(', ', ${c}), "
            "normalize-space())\nhallo Welt\na b  c");
  put_text ("expression", "choices",
            "selected(${a}, 'red') and count-selected(.) > 1 or selected-at(${a}, 1) = "
            "state\nred green\nblue");
  put_text ("expression", "pattern",
            "if(regex(., '[A-F0-9]{8}') and not(regex(${a}, concat('(a+)+', 'b'))), "
            "\"yes\", 'no')\n1A2B3C4D\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  put_text ("expression", "dates",
            "date(decimal-date-time(${a}) + 1) > today() and ${b} - ${c} < "
            "now()\n2026-11-22\n2026-11-22T10:00:00+01:00\n2026-03-29T02:30:00-05:00\n14:05");
  put_text ("expression", "formats",
            "format-date-time(${a}, '%Y-%m-%d %H:%M:%S.%3 %b %a %e %n %y "
            "%h')\n2026-11-22T10:00:00Z");
  put_text ("expression", "rows",
            "sum(${a}) + max(${a}, ${b}) - min(${a}) + count(${a}) + "
            "count-non-empty(${b}) + position(..)\n1\n2.5\n\nx");
  put_text ("expression", "empty",
            "coalesce(${a}, once(boolean-from-string(number(''))))\n\n\n");
  put_text ("expression", "pulled",
            "contains(pulldata('contacts', 'numbers', 'name', ${a}), operator())\nservice desk");
  put_text ("expression", "nested",
            "((((not(not(not(-(-(-(1)))))))))) and and and or or div div mod mod a-b");
  put_text ("expression", "foreign",
            "jr:choice-name(${a}, 'b') = indexed-repeat(${c}, ${d}, 1)");
  put_text ("expression", "faulty",
            "regex(., 'a(b') == \342\200\230x");
}

static void
make_sheets (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  const char *source = dk_form_source (form);
  g_autoptr (json_t) definition = dk_json_parse (source, strlen (source), 1u << 20, "form", NULL);
  g_autoptr (DkFormSheets) sheets = dk_xlsform_export (definition, NULL);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GBytes) book = NULL;
  g_autoptr (GBytes) csv = dk_sheet_to_csv (sheets->survey);
  g_autoptr (GByteArray) seed = g_byte_array_new ();

  g_ptr_array_add (list, sheets->survey);
  g_ptr_array_add (list, sheets->choices);
  book = dk_xlsx_write (list, NULL);
  g_byte_array_append (seed, (const guint8 *) "", 1);
  g_byte_array_append (seed, g_bytes_get_data (book, NULL), (guint) g_bytes_get_size (book));
  put ("xlsx", "workbook", seed->data, seed->len);
  g_byte_array_set_size (seed, 0);
  g_byte_array_append (seed, (const guint8 *) "\001", 1);
  g_byte_array_append (seed, g_bytes_get_data (csv, NULL), (guint) g_bytes_get_size (csv));
  put ("xlsx", "survey", seed->data, seed->len);
  put_text ("xlsx", "foreign",
            "\002type,name,label::English (en),label::de,relevant,constraint,parameters,hint\n"
            "start,s,,,,,,\nselect_one l or_other,a,A,AA,,,,H\nrange,r,R,,${a} = 'x',,end=5,\n"
            "begin repeat,b,,,,,,\nrank l,o,O,,,. != '',,\nend repeat,,,,,,,\n"
            "calculate,c,,,area(${b}),,,\ngeopoint,location,L,,,,,\n\f"
            "list_name,name,label,x\nl,a b,A,1\nl,b,B,\nl,b,C,\n\f"
            "form_id,version,default_language,dk_title,dk_json\nF 1,2,de,\"{\"\"en\"\":1}\",{}\n");
  put_text ("xlsx", "parts",
            "\003<worksheet><row r=\"1\"><c t=\"s\"><v>0</v></c><c r=\"C1\"><v>1.5</v></c>"
            "<c s=\"1\"><v>45000</v></c></row><row><c t=\"inlineStr\"><is><r><t>no</t></r><rPh><t>x"
            "</t></rPh><r><t>te</t></r></is></c></row></worksheet>\f"
            "<sst><si><t>type</t></si></sst>\f<styleSheet><numFmts><numFmt numFmtId=\"170\" "
            "formatCode=\"yyyy\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"170\"/>"
            "</cellXfs></styleSheet>");
}

int
main (int argc, char **argv)
{
  if (argc != 2) {
    g_printerr ("make-fuzz-seeds FOLDER\n");
    return 2;
  }
  root = argv[1];
  (void) LLVMFuzzerInitialize (&argc, &argv);
  make_directory ();
  make_journal ();
  make_age ();
  make_age_header ();
  make_minisign ();
  make_typed ();
  make_container ();
  make_ledger ();
  make_content ();
  make_records ();
  make_expressions ();
  make_sheets ();
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* Goal: an XLSForm becomes a form, each column and type as FORMAT.md says, and what is not
 * supported is named with its cell.
 * Method: small sheets as CSV, one feature each; the keys of the definition and the findings are
 * compared. */
#include <string.h>

#include "app/xlsform/xlsform-import.h"
#include "tests/support/support.h"

static DkSheet *
sheet (const char *csv, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (csv, strlen (csv));
  DkSheet *out = dk_sheet_from_csv (bytes, name, name, &error);

  g_assert_no_error (error);
  return out;
}

static DkXlsform *
import (const char *survey, const char *choices, const char *settings, GError **error)
{
  g_autoptr (DkFormSheets) sheets = g_new0 (DkFormSheets, 1);

  sheets->id = g_strdup ("my form");
  sheets->others = g_ptr_array_new_with_free_func (g_free);
  sheets->survey = sheet (survey, "survey");
  sheets->choices = choices != NULL ? sheet (choices, "choices") : NULL;
  sheets->settings = settings != NULL ? sheet (settings, "settings") : NULL;
  return dk_xlsform_import (sheets, error);
}

static DkXlsform *
import_well (const char *survey, const char *choices, const char *settings)
{
  g_autoptr (GError) error = NULL;
  DkXlsform *out = import (survey, choices, settings, &error);

  g_assert_no_error (error);
  return out;
}

static const json_t *
row (const DkXlsform *xlsform, guint i)
{
  return json_array_get (json_object_get (xlsform->definition, "survey"), i);
}

static void
assert_row (const DkXlsform *xlsform, guint i, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) wanted = dk_json_parse (json, strlen (json), 10000, "wanted", &error);
  g_autofree char *got = dk_json_canonical (row (xlsform, i), NULL);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = dk_json_canonical (wanted, NULL);
  g_assert_cmpstr (got, ==, text);
}

static void
assert_finding (const DkXlsform *xlsform, const char *place, const char *what, gboolean kept)
{
  for (guint i = 0; i < xlsform->findings->len; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (xlsform->findings, i);
    if (strcmp (finding->place, place) == 0 && strstr (finding->what, what) != NULL
        && finding->kept == kept)
      return;
  }
  for (guint i = 0; i < xlsform->findings->len; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (xlsform->findings, i);
    g_test_message ("%s \"%s\" %s", finding->place, finding->what, finding->why);
  }
  g_error ("no finding \"%s\" at %s", what, place);
}

static void
test_types (void)
{
  static const struct {
    const char *type;
    const char *wanted;
    gboolean clean; /* without a finding at its cell */
  } cases[] = {
    { "text", "text", TRUE },
    { "string", "text", TRUE },
    { "int", "integer", TRUE },
    { "dateTime", "dateTime", TRUE },
    { "select one from l", "select_one l", TRUE },
    { "select1 l", "select_one l", TRUE },
    { "Select_One l", "select_one l", TRUE },
    { "select all that apply from l", "select_multiple l", TRUE },
    { "select_multiple  l ", "select_multiple l", TRUE },
    { "trigger", "acknowledge", TRUE },
    { "photo", "image", TRUE },
    { "audio", "file", FALSE },
    { "barcode", "text", FALSE },
    { "geopoint", "text", FALSE },
    { "rank l", "text", FALSE },
    { "select_one_from_file l.csv", "text", FALSE },
    { "deviceid", "calculate", FALSE },
    { "username", "calculate", FALSE },
    { "start", "dateTime", TRUE },
    { "today", "date", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *survey
        = g_strdup_printf ("type,name,label\n%s,x,X\n", cases[i].type);
    g_autoptr (DkXlsform) form = import_well (survey, "list_name,name,label\nl,a,A\nl,b,B\n",
                                              "form_id,version\nf,2\n");
    g_assert_cmpstr (dk_json_get_text (row (form, 0), "type"), ==, cases[i].wanted);
    g_assert_cmpuint (form->findings->len, ==, cases[i].clean ? 0 : 1);
  }
}

static void
test_columns (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label::English (en),label::Deutsch,hint,required,relevance,constraint,"
      "constraint message,read_only,default,required_message,media::image,appearance\n"
      "text,a,A,AA,H,yes,,. != '1',M,no,d,needed,x.png,multiline\n"
      "text,b,B,,,${a} = '',${a} != '',,,,,,,w2 numbers\n",
      NULL, "form_title,form_id,version,default_language,style\nT,f,2 b,English (en),pages\n");

  assert_row (form, 0,
              "{\"type\":\"text\",\"name\":\"a\",\"label\":{\"en\":\"A\",\"de\":\"AA\"},"
              "\"hint\":\"H\",\"required\":true,\"constraint\":\". != '1'\","
              "\"constraint_message\":\"M\",\"readonly\":false,\"default\":\"d\","
              "\"appearance\":\"multiline\"}");
  assert_row (form, 1,
              "{\"type\":\"text\",\"name\":\"b\",\"label\":{\"en\":\"B\"},"
              "\"required\":\"${a} = ''\",\"relevant\":\"${a} != ''\","
              "\"appearance\":\"numbers\"}");
  assert_finding (form, "survey!L2", "needed", FALSE);
  assert_finding (form, "survey!M2", "x.png", FALSE);
  assert_finding (form, "survey!N3", "w2", FALSE);
  assert_finding (form, "settings!E2", "pages", FALSE);
  assert_finding (form, "settings!C2", "2 b", TRUE);
  g_assert_cmpuint (form->left_out, ==, 4);
  g_assert_cmpstr (dk_json_get_text (form->definition, "version"), ==, "2-b");
  g_assert_cmpstr (dk_json_get_text (form->definition, "default_language"), ==, "en");
}

static void
test_unsupported_expressions (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label,relevant,constraint,constraint_message,calculation\n"
      "text,a,A,area(${b}) > 1,. = 1,No,\n"
      "text,b,B,${nothing} = 1,jr:itext('x'),No,\n"
      "calculate,c,,,,,property('x')\n"
      "text,d,D,${c} = '',,,\n",
      NULL, "form_id,version\nf,1\n");

  assert_finding (form, "survey!D2", "area", FALSE);
  assert_finding (form, "survey!D3", "nothing", FALSE);
  assert_finding (form, "survey!E3", "jr:itext", FALSE);
  assert_finding (form, "survey!F3", "No", FALSE);
  assert_finding (form, "survey!G4", "property", FALSE);
  assert_row (form, 2, "{\"type\":\"calculate\",\"name\":\"c\",\"calculation\":\"''\"}");
  assert_row (form, 3,
              "{\"type\":\"text\",\"name\":\"d\",\"label\":\"D\",\"relevant\":\"${c} = ''\"}");
  g_assert_cmpuint (form->left_out, ==, 5);
}

static void
test_names (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label,relevant\n"
      "integer,location,L,\n"
      "text,\xc3\xa4rger nr,X,${location} = 1\n"
      "note,,N,${\xc3\xa4rger nr} = ''\n",
      NULL, NULL);

  g_assert_cmpstr (dk_json_get_text (row (form, 0), "name"), ==, "location_answer");
  g_assert_cmpstr (dk_json_get_text (row (form, 1), "relevant"), ==, "${location_answer} = 1");
  g_assert_cmpstr (dk_json_get_text (row (form, 1), "name"), ==, "arger_nr");
  g_assert_cmpstr (dk_json_get_text (row (form, 2), "relevant"), ==, "${arger_nr} = ''");
  g_assert_cmpstr (dk_json_get_text (row (form, 2), "name"), ==, "note_4");
  g_assert_cmpstr (dk_json_get_text (form->definition, "form_id"), ==, "my-form");
  assert_finding (form, "survey!B2", "location", TRUE);
  g_assert_cmpuint (form->left_out, ==, 0);
}

static void
test_groups (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label,repeat_count\n"
      "begin group,g,G,\n"
      "begin_repeat,r,R,3\n"
      "begin repeat,s,S,\n"
      "text,a,A,\n"
      "end repeat,s,,\n"
      "end_repeat,,,\n"
      "end group,g,,\n"
      ",,a remark,\n",
      NULL, NULL);

  g_assert_cmpstr (dk_json_get_text (row (form, 1), "type"), ==, "begin_repeat");
  g_assert_cmpstr (dk_json_get_text (row (form, 2), "type"), ==, "begin_group");
  g_assert_cmpstr (dk_json_get_text (row (form, 4), "type"), ==, "end_group");
  assert_finding (form, "survey!D3", "3", FALSE);
  assert_finding (form, "survey!A4", "begin_repeat", FALSE);
  assert_finding (form, "survey!C9", "a remark", FALSE);
}

static void
test_choices (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label,choice_filter,parameters\n"
      "select_one state,s,S,,\n"
      "select_one city or_other,c,C,state = ${s},\n"
      "range,n,N,,start=1;end=5;step=2\n",
      "list name,name,label,state,colour\n"
      "state,tx,Texas,,red\nstate,wa,Washington,,\n"
      "city,a b,A,tx,\ncity,sea,Seattle,wa,\ncity,sea,Again,wa,\n",
      NULL);
  const json_t *list = json_object_get (json_object_get (form->definition, "choices"),
                                        "city_or_other");

  assert_finding (form, "choices!E1", "colour", FALSE);
  assert_finding (form, "choices!B4", "a b", FALSE);
  assert_finding (form, "choices!A6", "sea", FALSE);
  assert_finding (form, "survey!E4", "step=2", FALSE);
  g_assert_cmpuint (json_array_size (list), ==, 3);
  g_assert_cmpstr (dk_json_get_text (json_array_get (list, 0), "state"), ==, "tx");
  g_assert_cmpstr (dk_json_get_text (row (form, 1), "choice_filter"), ==,
                   "(state = ${s}) or name = 'other'");
  assert_finding (form, "survey!D3", "state = ${s}", TRUE);
  g_assert_cmpstr (dk_json_get_text (row (form, 2), "name"), ==, "c_other");
  g_assert_cmpstr (dk_json_get_text (row (form, 2), "relevant"), ==, "selected(${c}, 'other')");
  g_assert_cmpstr (dk_json_get_text (row (form, 3), "constraint"), ==, ". >= 1 and . <= 5");
}

/* What XLSForm would compute is never typed as words. */
static void
test_defaults (void)
{
  static const struct {
    const char *type;
    const char *text;
    const char *wanted;
  } cases[] = {
    { "text", "today()", "today()" },
    { "text", " today() ", "today()" },
    { "date", "today() - 7", "coalesce(today() - 7, '')" },
    { "text", "1 + 2", "coalesce(1 + 2, '')" },
    { "text", "concat('a', 'b') = string(1)", "concat('a', 'b') = string(1)" },
    { "text", "${o} * 2", "${o} * 2" },
    { "text", "a (b)", "a (b)" },
    { "text", "+49 30 1", "+49 30 1" },
    { "text", "10-11-12", "10-11-12" },
    { "hidden", "today()", "once(today())" },
    { "calculate", "${o}", "once(${o})" },
    { "calculate", "red", "'red'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *survey = g_strdup_printf (
        "type,name,label,default\ninteger,o,O,\n%s,x,X,\"%s\"\n", cases[i].type, cases[i].text);
    g_autoptr (DkXlsform) form = import_well (survey, NULL, "form_id,version\nf,2\n");
    const char *key = i < 9 ? "default" : "calculation";
    g_assert_cmpstr (dk_json_get_text (row (form, 1), key), ==, cases[i].wanted);
    g_assert_cmpuint (form->left_out, ==, 0);
  }
}

static void
test_unusable (void)
{
  static const struct {
    const char *survey;
    const char *place;
  } cases[] = {
    { "name,label\na,A\n", "survey!A1: " },
    { "type,name\nbegin_whatever,a\n", "survey!A2: the type \"begin_whatever\"" },
    { "type,name\nselect_one l,a\n", "survey!A2: the list \"l\"" },
    { "type,name\nbegin_group,g\ntext,a\n", "survey!A2: the group that begins here" },
    { "type,name\nbegin_repeat,r\nbegin_repeat,s\ntext,a\nend_repeat,\n",
      "survey!A2: the repeat that begins here" },
    { "name,type\ng,begin_group\na,text\n,end_repeat\n",
      "survey!B4: a repeat ends here, but the group that began in survey!B2" },
    { "type,name\nbegin_repeat,g\nbegin_group,h\ntext,a\nend_repeat,\nend_group,\n",
      "survey!A5: a repeat ends here, but the group that began in survey!A3" },
    { "type,name\nbegin_repeat,r\nbegin_repeat,s\ntext,a\nend_group,\nend_repeat,\n",
      "survey!A5: a group ends here, but the repeat that began in survey!A3" },
    { "type,name\ntext,a\nend_group,\n", "survey!A3: " },
    { "type,name,dk_pdf\ntext,a,\"{\"\"w\"\":\"\n", "survey!C2: compact JSON" },
    { "type,name,dk_pdf\ntext,a,\"{\"\"w\"\":99}\"\n", "survey!C2: " },
    { "type,name\n\n", "survey!A1: " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkXlsform) form = import (cases[i].survey, NULL, NULL, &error);
    g_assert_null (form);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    if (strstr (error->message, cases[i].place) == NULL)
      g_error ("\"%s\" does not say \"%s\"", error->message, cases[i].place);
  }
}

/* Words tell of answers; where they cannot, the name stands there and is told. */
static void
test_labels_with_answers (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label::en,label::de,hint,constraint,constraint_message,guidance_hint\n"
      "text,\xc3\xa4rger,Who,Wer,,,,\n"
      "note,n,Of ${\xc3\xa4rger},Von ${nobody} und ${\xc3\xa4rger},,,,\n"
      "integer,k,K,K,Not ${\xc3\xa4rger},. < 5,${k} is too much,Ask twice\n"
      "select_one l,s,S,S,,,,\n",
      "list_name,name,label,image,audio\nl,a,Is ${k},a.png,a.mp3\n", "form_id,version\nf,1\n");

  assert_row (form, 1, "{\"type\":\"note\",\"name\":\"n\",\"label\":{\"en\":\"Of ${arger}\","
                       "\"de\":\"Von [nobody] und ${arger}\"}}");
  assert_finding (form, "survey!D3", "Von ${nobody}", FALSE);
  g_assert_cmpstr (dk_json_get_text (row (form, 2), "hint"), ==, "Not ${arger}");
  g_assert_cmpstr (dk_json_get_text (row (form, 2), "constraint_message"), ==,
                   "${k} is too much");
  assert_finding (form, "survey!H4", "Ask twice", FALSE);
  assert_finding (form, "choices!C2", "Is ${k}", FALSE);
  assert_finding (form, "choices!D2", "a.png", FALSE);
  assert_finding (form, "choices!E2", "a.mp3", FALSE);
  g_assert_cmpuint (form->left_out, ==, 5);
}

/* A place is the cell that a spreadsheet program shows for a CSV file. */
static void
test_places_of_csv (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "sep=,\r\ntype,name,label,trigger\r\ntext,a,\"one\r\ntwo\r\nthree\",\r\n\r\ntext,b,B,x\r\n",
      NULL, "form_id,version\nf,1\n");

  assert_finding (form, "survey!D4", "x", FALSE);
}

/* pyxform's own form of CSV: the first column names the sheets. */
static void
test_one_csv_of_all_sheets (void)
{
  static const char text[]
      = "survey,,\n,type,name,label,trigger\n,select_one l,a,A,x\n,,,\n,text,b,B\n"
        "Choices\n,list_name,name,label\n,l,y,Y\nentities,,\n,list_name\n,z\n"
        "settings,,\n,form_id,version\n,f,3\n";
  static const char twice[] = "survey,,\n,type,name\n,text,a\nsurvey,,\n,text,b\n";
  static const char none[] = "choices,,\n,list_name,name\n,l,a\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GBytes) twice_bytes = g_bytes_new_static (twice, strlen (twice));
  g_autoptr (GBytes) none_bytes = g_bytes_new_static (none, strlen (none));
  g_autoptr (GError) error = NULL;
  g_autoptr (DkFormSheets) sheets = dk_form_sheets_from_bytes (bytes, "f.csv", &error);

  g_assert_no_error (error);
  g_autoptr (DkXlsform) form = dk_xlsform_import (sheets, &error);
  g_assert_no_error (error);
  assert_row (form, 0, "{\"type\":\"select_one l\",\"name\":\"a\",\"label\":\"A\"}");
  assert_row (form, 1, "{\"type\":\"text\",\"name\":\"b\",\"label\":\"B\"}");
  assert_finding (form, "survey!E3", "x", FALSE);
  assert_finding (form, "entities!A1", "entities", FALSE);
  g_assert_cmpuint (form->findings->len, ==, 2);
  g_assert_cmpstr (dk_json_get_text (form->definition, "version"), ==, "3");
  g_assert_null (dk_form_sheets_from_bytes (twice_bytes, "f.csv", &error));
  g_assert_nonnull (strstr (error->message, "In row 4 the sheet \"survey\" begins a second time"));
  g_clear_error (&error);
  g_assert_null (dk_form_sheets_from_bytes (none_bytes, "f.csv", &error));
  g_assert_nonnull (strstr (error->message, "no row has \"survey\" in its first column"));
}

/* One type that nobody knows is no reason to refuse all the others. */
static void
test_unknown_types_are_texts (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label\nwhatever l,a,A\ninclude,,\ntext,b,B\n", NULL,
      "form_id,version\nf,1\n");

  assert_row (form, 0, "{\"type\":\"text\",\"name\":\"a\",\"label\":\"A\"}");
  assert_finding (form, "survey!A2", "whatever l", FALSE);
  assert_finding (form, "survey!A3", "include", FALSE);
  g_assert_cmpuint (json_array_size (json_object_get (form->definition, "survey")), ==, 2);
  g_assert_cmpuint (form->left_out, ==, 2);
}

/* Each of these was once lost without a word. */
static void
test_nothing_is_lost_silently (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label,label,parameters,constraint,constraint_message,relevant\n"
      "range,a,A,A two,start=x end=5 tick_interval=2,uuid() = .,Not that,\n"
      "text,b,B,,,uuid() = .,Be unique,\n"
      "begin_group,g,G,,,,,\n"
      "select_one l,c,\xc2\xa0,,,,,\n"
      "end_group,g,Done,,,,,${a} = 1\n"
      "begin loop over l,m,M,,,,,\n"
      "phone number,p,P,,,,,\n"
      "end loop,,,,,,,\n"
      "osm tags,o,O,,,,,\n",
      "list_name,name,label,label,\nl,x,X,X two,remark\n,y,Y,,\n", NULL);

  assert_finding (form, "survey!D2", "A two", FALSE);
  assert_finding (form, "survey!E2", "x", FALSE);
  assert_finding (form, "survey!E2", "tick_interval=2", FALSE);
  assert_finding (form, "survey!F2", "uuid() = .", FALSE);
  assert_finding (form, "survey!F3", "uuid() = .", FALSE);
  assert_finding (form, "survey!G3", "Be unique", FALSE);
  assert_finding (form, "survey!C6", "Done", FALSE);
  assert_finding (form, "survey!H6", "${a} = 1", FALSE);
  assert_finding (form, "survey!A7", "begin loop", FALSE);
  assert_finding (form, "survey!A8", "phone number", TRUE);
  assert_finding (form, "survey!A10", "osm", FALSE);
  assert_finding (form, "choices!D2", "X two", FALSE);
  assert_finding (form, "choices!E2", "remark", FALSE);
  assert_finding (form, "choices!B3", "y", FALSE);
  assert_row (form, 0, "{\"type\":\"integer\",\"name\":\"a\",\"label\":\"A\","
                       "\"constraint\":\". >= 0 and . <= 5\",\"constraint_message\":\"Not that\"}");
  assert_row (form, 3, "{\"type\":\"select_one l\",\"name\":\"c\"}");
}

/* Each fault once cost a reading of the whole form, until the time for it was over. */
static void
test_many_faults_in_labels (void)
{
  g_autoptr (GString) survey = g_string_new ("type,name,label,relevant,hint\n");

  for (guint i = 0; i < 1900; i++)
    g_string_append_printf (survey, "text,q%u,Of ${none%u} and ${q0},${gone} = %u,${q0}\n", i, i,
                            i);
  g_autoptr (DkXlsform) form = import_well (survey->str, NULL, "form_id,version\nf,1\n");
  g_assert_cmpuint (form->left_out, ==, 3800);
  assert_finding (form, "survey!C2", "Of ${none0} and ${q0}", FALSE);
  assert_finding (form, "survey!D1901", "${gone} = 1899", FALSE);
  assert_row (form, 1899, "{\"type\":\"text\",\"name\":\"q1899\",\"label\":"
                          "\"Of [none1899] and ${q0}\",\"hint\":\"${q0}\"}");
}

/* By the rules of app/form, whichever of its checks would find it. */
static void
test_words_that_cannot_be_told (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label::en,label::de,constraint_message,default,relevant\n"
      "text,a,A,A,Never,${nobody},count(${r}) > 0\n"
      "begin_repeat,r,R,R,,,\n"
      "text,b,B,B ${a},,,${b2} = b\n"
      "text,b2,B2,B2,,,${a} = 1\n"
      "end_repeat,,,,,,\n"
      "note,n,${b} ${r} ${ x},${a} ${n} $${open ${,,,sum(${b}) = ${b}\n"
      "note,m,M,$${${x} ${a},,,\n",
      NULL, "form_id,version\nf,1\n");

  assert_finding (form, "survey!E2", "Never", FALSE);
  assert_finding (form, "survey!F2", "${nobody}", FALSE);
  assert_finding (form, "survey!G4", "${b2} = b", FALSE);
  assert_finding (form, "survey!C7", "${b} ${r} ${ x}", FALSE);
  assert_finding (form, "survey!D7", "${n}", FALSE);
  assert_finding (form, "survey!G7", "sum(${b}) = ${b}", FALSE);
  g_assert_cmpuint (form->left_out, ==, 7);
  assert_row (form, 5, "{\"type\":\"note\",\"name\":\"n\",\"label\":"
                       "{\"en\":\"[b] [r] [x]\",\"de\":\"${a} [n] $ {open  {\"}}");
  assert_row (form, 6, "{\"type\":\"note\",\"name\":\"m\",\"label\":"
                       "{\"en\":\"M\",\"de\":\"$[ {x] ${a}\"}}");
}

/* Bold, links and the like: plain words here, and told. */
static void
test_marks (void)
{
  static const struct {
    const char *text;
    const char *wanted; /* NULL: it stays */
  } cases[] = {
    { "**${q_1}** is *it*", "${q_1} is it" },
    { "***All*** __of__ _them_", "All of them" },
    { "*a **b** c*", "a b c" },
    { "# Head", "Head" },
    { "### Head\n# of beds", "Head # of beds" },
    { "<span style=''color:red''>*</span> Name<br/>and age", "* Name and age" },
    { "<FONT COLOR=red>**Stop**</FONT>", "Stop" },
    { "See [the **rules**](https://x.example/a_b_c)", "See the rules" },
    { "5 \\* 3", "5 * 3" },
    { "**\xc3\x84rger**: \xe8\xaf\xb7**\xe5\xa1\xab**", "\xc3\x84rger: \xe8\xaf\xb7\xe5\xa1\xab" },
    { "# of beds", NULL },
    { "#1 of C#", NULL },
    { "2*3*4 or 2 * 3 * 4", NULL },
    { "snake_case_name and __/__/____", NULL },
    { "${_a_} of ${_b_}", NULL },
    { "a < b and c > d, a <b and c> d", NULL },
    { "Age <5 years>", NULL },
    { "Tick [x] (see below), [y](z)", NULL },
    { "Name* and age* (*) or (*)", NULL },
    { "\\\\server\\_old and C:\\_x", NULL },
    { "<br>", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *survey = g_strdup_printf (
        "type,name,label,hint\ntext,q_1,Q,\ntext,_a_,A,\ntext,_b_,B,\ntext,x,X,\"%s\"\n",
        cases[i].text);
    g_autoptr (DkXlsform) form = import_well (survey, NULL, "form_id,version\nf,2\n");
    g_assert_cmpstr (dk_json_get_text (row (form, 3), "hint"), ==,
                     cases[i].wanted != NULL ? cases[i].wanted : cases[i].text);
    g_assert_cmpuint (form->findings->len, ==, cases[i].wanted != NULL ? 1 : 0);
    g_assert_cmpuint (form->left_out, ==, 0);
    if (cases[i].wanted != NULL)
      assert_finding (form, "survey!D5", "", TRUE);
  }
}

/* In labels of each language, messages and choices; a form that is ours keeps its words. */
static void
test_places_of_marks (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label::en,label::de,constraint,constraint_message,dk_json\n"
      "select_one l,a,**A**,B,. != '',*No*,\n"
      "text,b,*B*,B,,,\"{\"\"label\"\":\"\"*B*\"\"}\"\n",
      "list_name,name,label\nl,x,**X**\n", "form_id,version\nf,2\n");

  assert_row (form, 0, "{\"type\":\"select_one l\",\"name\":\"a\",\"label\":{\"en\":\"A\","
                       "\"de\":\"B\"},\"constraint\":\". != ''\","
                       "\"constraint_message\":\"No\"}");
  assert_row (form, 1, "{\"type\":\"text\",\"name\":\"b\",\"label\":\"*B*\"}");
  assert_finding (form, "survey!C2", "**A**", TRUE);
  assert_finding (form, "survey!F2", "*No*", TRUE);
  assert_finding (form, "choices!C2", "**X**", TRUE);
  g_assert_cmpuint (form->findings->len, ==, 3);
}

/* Groups lie five deep: the sixth goes, or the fifth around a repeat, with its condition. */
static void
test_deep_groups (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label,relevant\ntext,q,Q,\n"
      "begin group,g1,,\nbegin group,g2,,\nbegin group,g3,,\nbegin group,g4,,\n"
      "begin group,g5,G5,${q} = 5\n"
      "text,a,A,${q} = 1\n"
      "begin group,g6,G6,${q} = 6\ntext,b,B,\nend group,,,\n"
      "begin repeat,r,R,${q} = 7\ntext,c,C,\nend repeat,,,\n"
      "end group,,,\nend group,,,\nend group,,,\nend group,,,\nend group,,,\n",
      NULL, "form_id,version\nf,1\n");

  g_assert_cmpuint (json_array_size (json_object_get (form->definition, "survey")), ==, 14);
  assert_row (form, 5, "{\"type\":\"text\",\"name\":\"a\",\"label\":\"A\","
                       "\"relevant\":\"(${q} = 5) and (${q} = 1)\"}");
  assert_row (form, 6, "{\"type\":\"text\",\"name\":\"b\",\"label\":\"B\","
                       "\"relevant\":\"(${q} = 5) and (${q} = 6)\"}");
  assert_row (form, 7, "{\"type\":\"begin_repeat\",\"name\":\"r\",\"label\":\"R\","
                       "\"relevant\":\"(${q} = 5) and (${q} = 7)\"}");
  assert_row (form, 8, "{\"type\":\"text\",\"name\":\"c\",\"label\":\"C\"}");
  assert_finding (form, "survey!A7", "begin_group", TRUE);
  assert_finding (form, "survey!A9", "begin_group", TRUE);
  g_assert_cmpuint (form->findings->len, ==, 2);
}

/* A column that means what another one does is told with the other one's place. */
static void
test_twin_columns (void)
{
  g_autoptr (DkXlsform) form = import_well (
      "type,name,label::English (en),label::en,relevance,relevant,Hint,hint\n"
      "text,a,A,A two,. = 1,true(),H one,H two\n",
      "list_name,name,label,caption\nl,x,X,X two\n", "form_title,title,form_id,version\nT,U,f,1\n");
  static const char *const wanted[][2] = {
    { "survey!D2", "survey!C1 (\"label::English (en)\")" },
    { "survey!E2", "survey!F1 (\"relevant\")" },
    { "survey!G2", "survey!H1 (\"hint\")" },
    { "choices!D2", "choices!C1 (\"label\")" },
    { "settings!A2", "settings!B1 (\"title\")" },
  };

  g_assert_cmpuint (form->findings->len, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    gboolean found = FALSE;
    for (guint j = 0; j < form->findings->len; j++) {
      const DkXlsformFinding *finding = g_ptr_array_index (form->findings, j);
      found |= g_str_equal (finding->place, wanted[i][0])
               && strstr (finding->why, "the same as") != NULL
               && strstr (finding->why, wanted[i][1]) != NULL && !finding->kept;
    }
    if (!found)
      g_error ("%s is not told to be the same as %s", wanted[i][0], wanted[i][1]);
  }
}

static void
test_large (void)
{
  g_autoptr (GString) survey = g_string_new ("type,name,label,relevant\n");
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (survey, "text,q%u,Q,${none%u} = 1\n", i, i);
  g_autoptr (DkXlsform) form = import (survey->str, NULL, NULL, &error);
  g_assert_null (form);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "survey!A2002: a form has at most 2000 rows"));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
}

static void
test_too_many_choices (void)
{
  g_autoptr (GString) choices = g_string_new ("list_name,name,label\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1001; i++)
    g_string_append_printf (choices, "l,c%u,C\n", i);
  g_autoptr (DkXlsform) form
      = import ("type,name\nselect_one l,a\n", choices->str, NULL, &error);
  g_assert_null (form);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "choices!A1002: the list \"l\""));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/xlsform/import/each-type-has-its-like", test_types);
  g_test_add_func ("/xlsform/import/columns-and-languages", test_columns);
  g_test_add_func ("/xlsform/import/an-expression-that-is-not-known-is-named",
                   test_unsupported_expressions);
  g_test_add_func ("/xlsform/import/names-are-changed-in-expressions-too", test_names);
  g_test_add_func ("/xlsform/import/groups-and-repeats", test_groups);
  g_test_add_func ("/xlsform/import/choices-cascades-other-and-range", test_choices);
  g_test_add_func ("/xlsform/import/defaults-are-computed-or-words", test_defaults);
  g_test_add_func ("/xlsform/import/what-is-no-form-is-refused-with-its-cell", test_unusable);
  g_test_add_func ("/xlsform/import/faults-in-all-labels-are-told-at-once",
                   test_many_faults_in_labels);
  g_test_add_func ("/xlsform/import/words-that-cannot-be-told-stand-as-names",
                   test_words_that_cannot_be_told);
  g_test_add_func ("/xlsform/import/marks-of-style-become-plain-words", test_marks);
  g_test_add_func ("/xlsform/import/marks-of-style-are-told-at-their-cells", test_places_of_marks);
  g_test_add_func ("/xlsform/import/groups-around-a-deep-repeat-are-dissolved", test_deep_groups);
  g_test_add_func ("/xlsform/import/twin-columns-are-told-with-the-one-that-counts",
                   test_twin_columns);
  g_test_add_func ("/xlsform/import/nothing-is-lost-silently", test_nothing_is_lost_silently);
  g_test_add_func ("/xlsform/import/labels-tell-answers", test_labels_with_answers);
  g_test_add_func ("/xlsform/import/places-of-csv-are-cells", test_places_of_csv);
  g_test_add_func ("/xlsform/import/one-csv-of-all-sheets-is-read", test_one_csv_of_all_sheets);
  g_test_add_func ("/xlsform/import/unknown-types-are-texts", test_unknown_types_are_texts);
  g_test_add_func ("/xlsform/import/ten-thousand-rows-end-at-the-first-too-many", test_large);
  g_test_add_func ("/xlsform/import/choices-end-at-the-first-too-many", test_too_many_choices);
  return dk_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include "app/authoring/source-yaml.h"

static const DkPlace file_start = { 1, 1 };

static void
add_contact (DkSourceReader *reader, const DkCallTree *tree, const char *id, const char *name,
             DkPlace place)
{
  if (g_strcmp0 (tree->audience, "lead") == 0)
    dk_source_add_link (reader, "contact", id, name, place);
  else
    dk_source_add_link_for_all (reader, "contact", id, name, place);
}

static void
add_links (DkSourceReader *reader, const char *name, const DkYaml *yaml, const char *above,
           const DkCallTree *tree)
{
  dk_source_add_link (reader, "service", tree->service, name,
                      dk_source_member_place (yaml, above, "service"));
  add_contact (reader, tree, tree->owner, name, dk_source_member_place (yaml, above, "owner"));
  for (guint i = 0; i < tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (tree->calls, i);
    g_autofree char *contact = g_strdup_printf ("calls/%u/contact", i);
    g_autofree char *instead = g_strdup_printf ("calls/%u/instead", i);
    add_contact (reader, tree, call->contact, name,
                 dk_source_member_place (yaml, above, contact));
    add_contact (reader, tree, call->instead, name,
                 dk_source_member_place (yaml, above, instead));
  }
}

static json_t *
make_tree (const json_t *value)
{
  json_t *object = dk_source_without_empty (value);
  json_t *calls = json_array ();
  const json_t *given = json_object_get (object, "calls");
  gsize i;
  json_t *call;

  if (!json_is_array (given)) {
    json_decref (calls);
    return object;
  }
  json_array_foreach (given, i, call)
  {
    json_array_append_new (calls, json_is_object (call) ? dk_source_without_empty (call)
                                                        : json_incref (call));
  }
  json_object_set_new (object, "calls", calls);
  return object;
}

static void
read_tree (DkSourceReader *reader, const char *name, const DkYaml *yaml, const char *above,
           const json_t *value)
{
  g_autoptr (json_t) object = make_tree (value);
  g_auto (DkFault) fault = { 0 };
  g_autoptr (DkCallTree) tree = dk_call_tree_read (object, &fault);
  gboolean lead;

  if (tree == NULL) {
    dk_source_report_fault (reader, name, yaml, above, &fault);
    return;
  }
  lead = g_strcmp0 (tree->audience, "lead") == 0;
  dk_source_add_id (reader, "call tree", tree->id, name,
                    dk_source_member_place (yaml, above, "id"));
  add_links (reader, name, yaml, above, tree);
  reader->has_plan = TRUE;
  dk_source_add_record (reader, lead ? DK_PACK_LEAD_CALL_TREES_PART : DK_PACK_CALL_TREES_PART,
                        tree->id, dk_call_tree_to_json (tree));
}

void
dk_source_read_call_trees (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkYaml) yaml = dk_source_load_yaml (reader, name);
  const json_t *root = yaml != NULL ? dk_yaml_root (yaml) : NULL;

  if (json_is_object (root)) {
    read_tree (reader, name, yaml, "", root);
  } else if (json_is_array (root)) {
    for (gsize i = 0; i < json_array_size (root); i++) {
      g_autofree char *above = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      read_tree (reader, name, yaml, above, json_array_get (root, i));
    }
  } else if (yaml != NULL) {
    dk_source_problem (reader, name, file_start,
                       "this must be a call tree (id, title, calls) or a list of them");
  }
}

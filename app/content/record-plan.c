/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/content/pack-read.h"
#include "app/content/record-private.h"

#define SHIFT(member) .offset = G_STRUCT_OFFSET (DkShift, member)
#define TREE(member) .offset = G_STRUCT_OFFSET (DkCallTree, member)
#define CALL(member) .offset = G_STRUCT_OFFSET (DkCall, member)
#define DEVICE(member) .offset = G_STRUCT_OFFSET (DkDevice, member)
#define WAIT_MIN_MAX 1440
#define TIER_MAX 9

static const char *const audiences[] = { "all", "lead", NULL };

static gpointer
append_call (gpointer tree)
{
  return dk_call_tree_add (tree, NULL);
}

static const DkMember shift_fields[] = {
  { .key = "service", .kind = DK_MEMBER_ID, SHIFT (service), .required = TRUE },
  { .key = "tier", .kind = DK_MEMBER_INT, SHIFT (tier), .required = TRUE, .min = 1,
    .max = TIER_MAX },
  { .key = "contact", .kind = DK_MEMBER_ID, SHIFT (contact), .required = TRUE },
  { .key = "timezone", .kind = DK_MEMBER_LINE, SHIFT (timezone), .required = TRUE },
  { .key = "starts", .kind = DK_MEMBER_TIME, SHIFT (starts), .required = TRUE },
  { .key = "ends", .kind = DK_MEMBER_TIME, SHIFT (ends), .required = TRUE },
  { .key = "repeat_days", .kind = DK_MEMBER_INT, SHIFT (repeat_days), .min = 0,
    .max = DK_SHIFT_REPEAT_MAX },
  { .key = "until", .kind = DK_MEMBER_DATE, SHIFT (until) },
  { .key = "note", .kind = DK_MEMBER_LINE, SHIFT (note) },
  { .key = NULL },
};

static const DkMember call_fields[] = {
  { .key = "contact", .kind = DK_MEMBER_ID, CALL (contact), .required = TRUE },
  { .key = "by", .kind = DK_MEMBER_ID, CALL (by) },
  { .key = "say", .kind = DK_MEMBER_TEXT, CALL (say) },
  { .key = "wait_min", .kind = DK_MEMBER_INT, CALL (wait_min), .min = 0, .max = WAIT_MIN_MAX },
  { .key = "instead", .kind = DK_MEMBER_ID, CALL (instead) },
  { .key = NULL },
};

static const DkMember tree_fields[] = {
  { .key = "id", .kind = DK_MEMBER_ID, TREE (id), .required = TRUE },
  { .key = "title", .kind = DK_MEMBER_LINE, TREE (title), .required = TRUE },
  { .key = "service", .kind = DK_MEMBER_ID, TREE (service) },
  { .key = "owner", .kind = DK_MEMBER_ID, TREE (owner) },
  { .key = "say", .kind = DK_MEMBER_TEXT, TREE (say) },
  { .key = "audience", .kind = DK_MEMBER_WORD, TREE (audience), .words = audiences },
  { .key = "calls", .kind = DK_MEMBER_RECORDS, TREE (calls), .required = TRUE,
    .keep_empty = TRUE, .max = DK_CALLS_MAX, .of = call_fields, .append = append_call },
  { .key = NULL },
};

static const DkMember device_fields[] = {
  { .key = "host", .kind = DK_MEMBER_LINE, DEVICE (host), .required = TRUE },
  { .key = "owner", .kind = DK_MEMBER_LINE, DEVICE (owner) },
  { .key = "location", .kind = DK_MEMBER_LINE, DEVICE (location) },
  { .key = "os", .kind = DK_MEMBER_LINE, DEVICE (os) },
  { .key = "serial", .kind = DK_MEMBER_LINE, DEVICE (serial) },
  { .key = "recovery_key_id", .kind = DK_MEMBER_LINE, DEVICE (recovery_key_id) },
  { .key = "note", .kind = DK_MEMBER_LINE, DEVICE (note) },
  { .key = NULL },
};

DkShift *
dk_shift_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkShift) shift = dk_shift_new ();
  g_autoptr (GError) error = NULL;

  if (!dk_record_read (shift, shift_fields, object, fault))
    return NULL;
  if (dk_shift_check (shift, &error))
    return g_steal_pointer (&shift);
  dk_fault_set (fault, "", "cannot be a shift: %s", error->message);
  return NULL;
}

/* "call 3 (...)" -> "/calls/2", for the place. */
static char *
find_call (const char *message)
{
  guint64 number = g_str_has_prefix (message, "call ")
                       ? g_ascii_strtoull (message + strlen ("call "), NULL, 10)
                       : 0;

  return number > 0 ? g_strdup_printf ("/calls/%" G_GUINT64_FORMAT, number - 1) : g_strdup ("");
}

DkCallTree *
dk_call_tree_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkCallTree) tree = dk_call_tree_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;

  if (!dk_record_read (tree, tree_fields, object, fault))
    return NULL;
  if (dk_call_tree_check (tree, &error))
    return g_steal_pointer (&tree);
  pointer = find_call (error->message);
  dk_fault_set (fault, pointer, "cannot be worked off: %s", error->message);
  return NULL;
}

DkDevice *
dk_device_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkDevice) device = dk_device_new ();

  return dk_record_read (device, device_fields, object, fault) ? g_steal_pointer (&device) : NULL;
}

DkShift *
dk_shift_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkShift *shift = dk_shift_read (object, &fault);

  if (shift == NULL)
    dk_fault_to_error (&fault, "The shift", error);
  return shift;
}

DkDevice *
dk_device_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkDevice *device = dk_device_read (object, &fault);

  if (device == NULL)
    dk_fault_to_error (&fault, "The device", error);
  return device;
}

json_t *
dk_shift_to_json (const DkShift *shift)
{
  return dk_record_write (shift, shift_fields);
}

json_t *
dk_device_to_json (const DkDevice *device)
{
  return dk_record_write (device, device_fields);
}

/* SPDX-License-Identifier: MIT */
#include "tests/itsm/fake.h"

#include <string.h>

#define START_MS G_GINT64_CONSTANT (1795352000000)
#define CALL_MS 20

static void
free_file (gpointer data)
{
  FakeFile *file = data;

  g_free (file->number);
  g_free (file->name);
  g_free (file->text);
  g_free (file);
}

static void
free_remote (gpointer data)
{
  FakeRemote *remote = data;

  g_free (remote->id);
  g_free (remote->key);
  g_free (remote->uid);
  g_free (remote->value);
  g_clear_pointer (&remote->notes, g_ptr_array_unref);
  g_clear_pointer (&remote->files, g_ptr_array_unref);
  g_free (remote);
}

static void
free_note (gpointer data)
{
  FakeNote *note = data;

  g_free (note->number);
  g_free (note->text);
  g_free (note);
}

static void
pass_time (FakeKit *kit, gint64 ms)
{
  kit->now.wall_ms += ms;
  kit->now.mono_ms += ms;
}

static void
begin_call (FakeItsm *itsm)
{
  g_assert_false (itsm->kit->dead);
  pass_time (itsm->kit, CALL_MS);
}

static DkConnectorCode
fail (DkConnectorCode code, DkConnectorReply *reply)
{
  dk_connector_reply_set (reply, "fault %d", code);
  return code;
}

static DkConnectorCode
check (DkConnector *self, DkConnectorProbe *probe, const DkJob *job, DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;

  begin_call (itsm);
  if (itsm->check_failures > 0) {
    itsm->check_failures--;
    return fail (itsm->check_code, reply);
  }
  probe->version = g_strdup ("fake");
  probe->skew_known = TRUE;
  probe->skew_ms = 5000;
  return DK_CONNECTOR_OK;
}

static DkPushRecord *
map (const DkConnector *self, const DkPushTicket *ticket, GError **error)
{
  return dk_push_record_new (ticket->ticket->number, ticket->ticket->uid, json_object ());
}

static DkConnectorCode
find (DkConnector *self, const char *const *keys, gsize n, GPtrArray *hits, const DkJob *job,
      DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;

  begin_call (itsm);
  itsm->finds++;
  for (guint i = 0; i < itsm->remotes->len && !itsm->finds_nothing; i++) {
    const FakeRemote *remote = g_ptr_array_index (itsm->remotes, i);
    for (gsize k = 0; k < n; k++) {
      if (strcmp (keys[k], remote->key) == 0 && !remote->keyless
          && remote->visible_ms <= itsm->kit->now.mono_ms)
        g_ptr_array_add (hits, dk_push_hit_new (remote->key, remote->uid, remote->id));
    }
  }
  return DK_CONNECTOR_OK;
}

static FakeRemote *
commit (FakeItsm *itsm, const DkPushRecord *record, const char *value, gint64 late_ms)
{
  FakeRemote *remote = g_new0 (FakeRemote, 1);

  remote->id = g_strdup_printf ("%u", 100 + itsm->remotes->len);
  remote->key = g_strdup (record->key);
  remote->uid = g_strdup (record->uid);
  remote->value = g_strdup (value);
  remote->visible_ms = itsm->kit->now.mono_ms + late_ms;
  remote->notes = g_ptr_array_new_with_free_func (g_free);
  remote->files = g_ptr_array_new_with_free_func (free_file);
  g_ptr_array_add (itsm->remotes, remote);
  g_ptr_array_add (itsm->order, g_strdup (record->key));
  return remote;
}

static DkConnectorCode
answer (FakeItsm *itsm, const DkPushRecord *record, FakeFault fault, char **remote_id,
        DkConnectorReply *reply)
{
  switch (fault) {
  case FAKE_LOSE_REPLY:
    commit (itsm, record, "sent", 0);
    return fail (DK_CONNECTOR_UNKNOWN, reply);
  case FAKE_LOSE_REPLY_AND_KEY:
    commit (itsm, record, "", 0)->keyless = TRUE;
    return fail (DK_CONNECTOR_UNKNOWN, reply);
  case FAKE_LOSE_REQUEST:
    return fail (DK_CONNECTOR_UNKNOWN, reply);
  case FAKE_COMMIT_LATE:
    pass_time (itsm->kit, itsm->slow_ms);
    commit (itsm, record, "sent", itsm->late_ms);
    return fail (DK_CONNECTOR_UNKNOWN, reply);
  case FAKE_REJECT:
    return fail (DK_CONNECTOR_REJECTED, reply);
  case FAKE_NOT_SENT:
    return fail (DK_CONNECTOR_NOT_SENT, reply);
  case FAKE_AUTH:
    return fail (DK_CONNECTOR_AUTH, reply);
  case FAKE_LIE:
    commit (itsm, record, "sent", 0);
    return fail (DK_CONNECTOR_LIES, reply);
  case FAKE_RETRY_AFTER:
    reply->retry_after_s = 7;
    return fail (DK_CONNECTOR_RETRY_AFTER, reply);
  case FAKE_DROP_FIELD:
    *remote_id = g_strdup (commit (itsm, record, "", 0)->id);
    return DK_CONNECTOR_OK;
  case FAKE_CHANGE_FIELD:
    *remote_id = g_strdup (commit (itsm, record, "other", 0)->id);
    return DK_CONNECTOR_OK;
  case FAKE_FINE:
    break;
  }
  *remote_id = g_strdup (commit (itsm, record, "sent", 0)->id);
  return DK_CONNECTOR_OK;
}

static DkConnectorCode
create (DkConnector *self, const DkPushRecord *record, char **remote_id, const DkJob *job,
        DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;
  guint n = itsm->creates++;
  FakeFault fault = n < itsm->faults->len ? g_array_index (itsm->faults, FakeFault, n) : FAKE_FINE;

  begin_call (itsm);
  return answer (itsm, record, fault, remote_id, reply);
}

static DkConnectorCode
read_back (DkConnector *self, const DkPushRecord *record, const char *remote_id,
           GPtrArray *differences, const DkJob *job, DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;

  begin_call (itsm);
  if (itsm->read_failures > 0) {
    itsm->read_failures--;
    return fail (itsm->read_code, reply);
  }
  for (guint i = 0; i < itsm->remotes->len; i++) {
    const FakeRemote *remote = g_ptr_array_index (itsm->remotes, i);
    if (strcmp (remote->id, remote_id) != 0)
      continue;
    if (strcmp (remote->value, "sent") != 0)
      g_ptr_array_add (differences, dk_push_difference_new ("value", "sent", remote->value));
    return DK_CONNECTOR_OK;
  }
  return fail (DK_CONNECTOR_REJECTED, reply);
}

static DkConnectorCode
search (DkConnector *self, const DkPushRecord *record, GPtrArray *hits, const DkJob *job,
        DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;

  begin_call (itsm);
  for (guint i = 0; i < itsm->remotes->len; i++) {
    const FakeRemote *remote = g_ptr_array_index (itsm->remotes, i);
    if (strcmp (record->key, remote->key) == 0 && remote->visible_ms <= itsm->kit->now.mono_ms)
      g_ptr_array_add (hits, dk_push_hit_new (remote->key, remote->uid, remote->id));
  }
  return DK_CONNECTOR_OK;
}

static FakeRemote *
find_remote (const FakeItsm *itsm, const char *id)
{
  for (guint i = 0; i < itsm->remotes->len; i++) {
    FakeRemote *remote = g_ptr_array_index (itsm->remotes, i);
    if (strcmp (remote->id, id) == 0)
      return remote;
  }
  return NULL;
}

static DkConnectorCode
update (DkConnector *self, const char *remote_id, const char *text, const DkJob *job,
        DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;
  FakeRemote *remote = find_remote (itsm, remote_id);
  guint n = itsm->updates++;
  FakeFault fault
      = n < itsm->note_faults->len ? g_array_index (itsm->note_faults, FakeFault, n) : FAKE_FINE;

  begin_call (itsm);
  g_assert_nonnull (remote);
  if (fault == FAKE_FINE || fault == FAKE_LOSE_REPLY)
    g_ptr_array_add (remote->notes, g_strdup (text));
  if (fault == FAKE_LOSE_REPLY || fault == FAKE_LOSE_REQUEST)
    return fail (DK_CONNECTOR_UNKNOWN, reply);
  if (fault == FAKE_REJECT)
    return fail (DK_CONNECTOR_REJECTED, reply);
  return fault == FAKE_NOT_SENT ? fail (DK_CONNECTOR_NOT_SENT, reply) : DK_CONNECTOR_OK;
}

static DkConnectorCode
notes (DkConnector *self, const DkPushRecord *record, const char *remote_id, GPtrArray *marks,
       const DkJob *job, DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;
  const FakeRemote *remote = find_remote (itsm, remote_id);

  begin_call (itsm);
  for (guint i = 0; i < remote->notes->len; i++) {
    const char *text = g_ptr_array_index (remote->notes, i);
    char *mark = dk_connector_find_note (text, record->key, record->uid);
    g_assert_nonnull (mark);
    g_ptr_array_add (marks, mark);
  }
  return DK_CONNECTOR_OK;
}

static void
add_file (GPtrArray *files, const char *number, const char *name, const char *text,
          gint64 visible_ms)
{
  FakeFile *file = g_new0 (FakeFile, 1);

  file->number = g_strdup (number);
  file->name = g_strdup (name);
  file->text = g_strdup (text);
  file->visible_ms = visible_ms;
  g_ptr_array_add (files, file);
}

static DkConnectorCode
has_file (DkConnector *self, const char *remote_id, const DkPushFile *wanted, gboolean *found,
          const DkJob *job, DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;
  const FakeRemote *remote = find_remote (itsm, remote_id);

  begin_call (itsm);
  if (itsm->has_too_many_files)
    return fail (DK_CONNECTOR_CONFLICT, reply);
  *found = FALSE;
  for (guint i = 0; i < remote->files->len; i++) {
    const FakeFile *file = g_ptr_array_index (remote->files, i);
    g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file->text, -1);
    if (strcmp (file->name, wanted->name) == 0 && strcmp (sha256, wanted->sha256) == 0
        && file->visible_ms <= itsm->kit->now.mono_ms)
      *found = TRUE;
  }
  return DK_CONNECTOR_OK;
}

static DkConnectorCode
attach (DkConnector *self, const char *remote_id, const char *name, const char *content_type,
        GBytes *content, const DkJob *job, DkConnectorReply *reply)
{
  FakeItsm *itsm = (FakeItsm *) self;
  FakeRemote *remote = find_remote (itsm, remote_id);
  guint n = itsm->attaches++;
  FakeFault fault
      = n < itsm->file_faults->len ? g_array_index (itsm->file_faults, FakeFault, n) : FAKE_FINE;
  g_autofree char *text = g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));

  begin_call (itsm);
  if (fault == FAKE_FINE || fault == FAKE_LOSE_REPLY || fault == FAKE_COMMIT_LATE)
    add_file (remote->files, NULL, name, text,
              itsm->kit->now.mono_ms + (fault == FAKE_COMMIT_LATE ? itsm->late_ms : 0));
  if (fault == FAKE_LOSE_REPLY || fault == FAKE_LOSE_REQUEST || fault == FAKE_COMMIT_LATE)
    return fail (DK_CONNECTOR_UNKNOWN, reply);
  if (fault == FAKE_REJECT)
    return fail (DK_CONNECTOR_REJECTED, reply);
  return fault == FAKE_NOT_SENT ? fail (DK_CONNECTOR_NOT_SENT, reply) : DK_CONNECTOR_OK;
}

static void
free_itsm (DkConnector *self)
{
  FakeItsm *itsm = (FakeItsm *) self;

  g_ptr_array_unref (itsm->remotes);
  g_ptr_array_unref (itsm->order);
  g_array_unref (itsm->faults);
  g_array_unref (itsm->note_faults);
  g_array_unref (itsm->file_faults);
  g_free (itsm);
}

static const DkConnectorClass fake_class = {
  .kind = "fake",
  .check = check,
  .map = map,
  .find = find,
  .create = create,
  .read = read_back,
  .update = update,
  .attach = attach,
  .has_file = has_file,
  .search = search,
  .notes = notes,
  .free = free_itsm,
};

FakeItsm *
fake_itsm_new (FakeKit *kit)
{
  FakeItsm *itsm = g_new0 (FakeItsm, 1);

  itsm->base.class = &fake_class;
  itsm->base.name = g_strdup ("fake");
  itsm->base.origin = g_strdup ("");
  itsm->base.settle_s = 120;
  itsm->base.find_max = 4;
  itsm->remotes = g_ptr_array_new_with_free_func (free_remote);
  itsm->order = g_ptr_array_new_with_free_func (g_free);
  itsm->faults = g_array_new (FALSE, TRUE, sizeof (FakeFault));
  itsm->note_faults = g_array_new (FALSE, TRUE, sizeof (FakeFault));
  itsm->file_faults = g_array_new (FALSE, TRUE, sizeof (FakeFault));
  itsm->kit = kit;
  return itsm;
}

void
fake_itsm_plan (FakeItsm *itsm, guint n, FakeFault fault)
{
  if (itsm->faults->len <= n)
    g_array_set_size (itsm->faults, n + 1);
  g_array_index (itsm->faults, FakeFault, n) = fault;
}

void
fake_itsm_plan_note (FakeItsm *itsm, guint n, FakeFault fault)
{
  if (itsm->note_faults->len <= n)
    g_array_set_size (itsm->note_faults, n + 1);
  g_array_index (itsm->note_faults, FakeFault, n) = fault;
}

void
fake_itsm_plan_file (FakeItsm *itsm, guint n, FakeFault fault)
{
  if (itsm->file_faults->len <= n)
    g_array_set_size (itsm->file_faults, n + 1);
  g_array_index (itsm->file_faults, FakeFault, n) = fault;
}

guint
fake_itsm_count_files (const FakeItsm *itsm, const char *name, const char *text)
{
  guint count = 0;

  for (guint i = 0; i < itsm->remotes->len; i++) {
    const FakeRemote *remote = g_ptr_array_index (itsm->remotes, i);
    for (guint n = 0; n < remote->files->len; n++) {
      const FakeFile *file = g_ptr_array_index (remote->files, n);
      count += strcmp (file->name, name) == 0 && strcmp (file->text, text) == 0 ? 1 : 0;
    }
  }
  return count;
}

void
fake_kit_file (FakeKit *kit, const char *number, const char *name, const char *text)
{
  add_file (kit->files, number, name, text, 0);
}

guint
fake_itsm_count_notes (const FakeItsm *itsm, const char *text)
{
  guint count = 0;

  for (guint i = 0; i < itsm->remotes->len; i++) {
    const FakeRemote *remote = g_ptr_array_index (itsm->remotes, i);
    for (guint n = 0; n < remote->notes->len; n++)
      count += strstr (g_ptr_array_index (remote->notes, n), text) != NULL ? 1 : 0;
  }
  return count;
}

guint
fake_itsm_count (const FakeItsm *itsm, const char *number)
{
  guint count = 0;

  for (guint i = 0; i < itsm->remotes->len; i++) {
    const FakeRemote *remote = g_ptr_array_index (itsm->remotes, i);
    count += strcmp (remote->key, number) == 0 ? 1 : 0;
  }
  return count;
}

static DkPushRow *
copy_row (const DkPushRow *row)
{
  DkPushRow *copy = dk_push_row_new ();

  *copy = *row;
  copy->number = g_strdup (row->number);
  copy->uid = g_strdup (row->uid);
  copy->itsm_id = g_strdup (row->itsm_id);
  copy->reason = g_strdup (row->reason);
  copy->boot = g_strdup (row->boot);
  return copy;
}

static gboolean
list (gpointer data, DkPushList which, GPtrArray *rows, GError **error)
{
  FakeKit *kit = data;

  g_assert_false (kit->dead);
  /* Backwards, since the engine must not count on an order. */
  for (guint i = kit->rows->len; i > 0; i--) {
    const DkPushRow *row = g_ptr_array_index (kit->rows, i - 1);
    gboolean handed = row->state >= DK_HANDOVER_DELIVERED;
    if (which == DK_PUSH_HANDED ? handed : row->state != DK_HANDOVER_VERIFIED)
      g_ptr_array_add (rows, copy_row (row));
  }
  return TRUE;
}

static DkPushRow *
find_row (FakeKit *kit, const char *number)
{
  for (guint i = 0; i < kit->rows->len; i++) {
    DkPushRow *row = g_ptr_array_index (kit->rows, i);
    if (strcmp (row->number, number) == 0)
      return row;
  }
  g_assert_not_reached ();
}

DkPushTicket *
fake_ticket (const char *number, const char *uid, gint64 recorded_ms)
{
  DkTicket *ticket = dk_ticket_new ();

  ticket->number = g_strdup (number);
  ticket->uid = g_strdup (uid);
  ticket->recorded_ms = recorded_ms;
  ticket->state = DK_TICKET_OPEN;
  ticket->finalized = TRUE;
  return dk_push_ticket_new (ticket);
}

void
fake_kit_note (FakeKit *kit, const char *number, const char *text)
{
  FakeNote *note = g_new0 (FakeNote, 1);

  note->number = g_strdup (number);
  note->text = g_strdup (text);
  note->seq = ++kit->seq;
  g_ptr_array_add (kit->notes, note);
}

static void
add_notes (const FakeKit *kit, DkPushTicket *ticket)
{
  const char *number = ticket->ticket->number;
  guint sent = GPOINTER_TO_UINT (g_hash_table_lookup (kit->sent, number));

  for (guint i = 0; i < kit->notes->len; i++) {
    const FakeNote *note = g_ptr_array_index (kit->notes, i);
    DkPushLine *line;
    if (strcmp (note->number, number) != 0)
      continue;
    line = dk_push_line_new ();
    line->mark = g_strdup_printf ("00c0ffee:%u", note->seq);
    line->late = sent != 0 && note->seq > sent;
    line->kind = g_strdup ("ticket-note");
    line->user = g_strdup ("anna");
    line->happened_ms = line->recorded_ms = START_MS;
    line->text = g_strdup (note->text);
    g_ptr_array_add (ticket->lines, line);
  }
}

void
fake_kit_add_files (const FakeKit *kit, DkPushTicket *ticket)
{
  for (guint i = 0; i < kit->files->len; i++) {
    const FakeFile *file = g_ptr_array_index (kit->files, i);
    g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file->text, -1);
    if (strcmp (file->number, ticket->ticket->number) == 0)
      g_ptr_array_add (ticket->files, dk_push_file_new (file->name, "text/plain", sha256,
                                                        (gint64) strlen (file->text)));
  }
}

static GBytes *
read_file (gpointer data, const char *number, const char *sha256, GError **error)
{
  FakeKit *kit = data;

  g_assert_false (kit->dead);
  for (guint i = 0; i < kit->files->len; i++) {
    const FakeFile *file = g_ptr_array_index (kit->files, i);
    g_autofree char *own = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file->text, -1);
    if (strcmp (own, sha256) == 0 && strcmp (file->number, number) == 0)
      return g_bytes_new (file->text, strlen (file->text));
  }
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "no such file");
  return NULL;
}

static DkPushTicket *
load (gpointer data, const char *number, GError **error)
{
  FakeKit *kit = data;
  const DkPushRow *row = find_row (kit, number);
  DkPushTicket *ticket;

  g_assert_false (kit->dead);
  if (g_strcmp0 (kit->damaged, number) == 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED, "%s is damaged.", number);
    return NULL;
  }
  ticket = fake_ticket (row->number, row->uid, row->recorded_ms);
  add_notes (kit, ticket);
  fake_kit_add_files (kit, ticket);
  return ticket;
}

static gboolean
check_lines (FakeKit *kit, const DkPushMark *mark, GError **error)
{
  g_autoptr (DkPushTicket) ticket = NULL;

  if (mark->state != DK_HANDOVER_VERIFIED)
    return TRUE;
  if (kit->note_before_verified)
    fake_kit_note (kit, mark->number, "in between");
  kit->note_before_verified = FALSE;
  ticket = load (kit, mark->number, NULL);
  if (ticket == NULL || ticket->lines->len <= mark->lines)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "more lines than %u", mark->lines);
  return FALSE;
}

static void
store_mark (FakeKit *kit, const DkPushMark *mark)
{
  DkPushRow *row = find_row (kit, mark->number);

  if (mark->state == DK_HANDOVER_SENDING)
    g_hash_table_insert (kit->sent, g_strdup (mark->number), GUINT_TO_POINTER (++kit->seq));
  row->state = mark->state;
  row->sent_ms = mark->sent_ms;
  row->attempts = mark->attempts;
  g_free (row->itsm_id);
  row->itsm_id = g_strdup (mark->itsm_id);
  g_free (row->reason);
  row->reason = g_strdup (mark->reason);
  if (!kit->knows_boot)
    return;
  g_free (row->boot);
  row->boot = g_strdup (kit->now.boot);
  row->mono_ms = kit->now.mono_ms;
}

static gboolean
mark_row (gpointer data, const DkPushMark *mark, GError **error)
{
  FakeKit *kit = data;
  gboolean killed;

  g_assert_false (kit->dead);
  if (!check_lines (kit, mark, error))
    return FALSE;
  killed = ++kit->marks == kit->kill_at;
  if (!killed || kit->kill_after)
    store_mark (kit, mark);
  if (killed) {
    kit->dead = TRUE;
    g_set_error_literal (error, DK_ERROR, DK_ERROR_STORAGE, "killed here");
  }
  return !killed;
}

static void
now (gpointer data, DkMoment *out)
{
  *out = ((FakeKit *) data)->now;
}

static void
sleep_ms (gpointer data, gint64 ms, const DkJob *job)
{
  FakeKit *kit = data;

  kit->slept_ms += ms;
  pass_time (kit, ms);
}

FakeKit *
fake_kit_new (guint tickets)
{
  FakeKit *kit = g_new0 (FakeKit, 1);

  kit->now = (DkMoment){ .wall_ms = START_MS, .mono_ms = 1000000, .boot = "this-boot" };
  kit->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_row_free);
  kit->notes = g_ptr_array_new_with_free_func (free_note);
  kit->files = g_ptr_array_new_with_free_func (free_file);
  kit->sent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  kit->store = (DkPushStore){
    .data = kit, .list = list, .load = load, .mark = mark_row, .file = read_file, .now = now,
    .sleep = sleep_ms
  };
  for (guint i = 0; i < tickets; i++) {
    DkPushRow *row = dk_push_row_new ();
    row->number = g_strdup_printf ("DT-A07-%04u-X", i + 1);
    row->uid = g_strdup_printf ("%032x", i + 1);
    row->recorded_ms = START_MS - 3600000 + 1000 * (gint64) i;
    g_ptr_array_add (kit->rows, row);
  }
  return kit;
}

void
fake_kit_free (FakeKit *kit)
{
  g_ptr_array_unref (kit->rows);
  g_ptr_array_unref (kit->notes);
  g_ptr_array_unref (kit->files);
  g_hash_table_unref (kit->sent);
  g_free (kit);
}

DkPushRow *
fake_kit_row (FakeKit *kit, guint i)
{
  return g_ptr_array_index (kit->rows, i);
}

guint
fake_kit_count (FakeKit *kit, DkHandover state)
{
  guint count = 0;

  for (guint i = 0; i < kit->rows->len; i++)
    count += fake_kit_row (kit, i)->state == state ? 1 : 0;
  return count;
}

void
fake_kit_revive (FakeKit *kit)
{
  kit->dead = FALSE;
  kit->kill_at = 0;
  pass_time (kit, 1000);
}

FakeWorld
fake_world_begin (guint tickets)
{
  FakeWorld world = { .kit = fake_kit_new (tickets) };

  world.itsm = fake_itsm_new (world.kit);
  return world;
}

void
fake_world_forget (FakeWorld *world)
{
  g_clear_pointer (&world->report, dk_push_report_free);
  g_clear_error (&world->error);
}

void
fake_world_end (FakeWorld *world)
{
  fake_world_forget (world);
  dk_connector_free (&world->itsm->base);
  fake_kit_free (world->kit);
}

gboolean
fake_world_push (FakeWorld *world, guint wait_s)
{
  DkPushOptions options = { .wait_s = wait_s };

  fake_world_forget (world);
  return dk_push_run (&world->itsm->base, &world->kit->store, &options, NULL, &world->report,
                      &world->error);
}

gboolean
fake_world_verify (FakeWorld *world)
{
  fake_world_forget (world);
  return dk_push_verify (&world->itsm->base, &world->kit->store, NULL, &world->report,
                         &world->error);
}

void
fake_world_pass (FakeWorld *world, gint64 ms)
{
  pass_time (world->kit, ms);
}

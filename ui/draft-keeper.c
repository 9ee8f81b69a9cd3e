/* SPDX-License-Identifier: MIT */
#include "ui/draft-keeper.h"

#include "app/store/attached-store.h"
#include "ui/ticket-work.h"

#define KEEP_AFTER_MS 400
#define BEGIN_AFTER_MS 110 /* longer than between two letters of a scanner */
#define BEGIN_AT_LATEST_US (1 * G_USEC_PER_SEC)

struct DkDraftKeeper {
  GObject *owner; /* of the calls: they are dropped with it */
  GObject *begun_by; /* of the call for a number: another one after each reset */
  DkPage *page;
  const DkDraftSource *source;
  char *number;
  DkTicketBegun *begun_draft; /* set once a number was asked for, until it is known */
  GPtrArray *files; /* of GBytes that wait for the number */
  guint timer;
  gint64 first_us; /* of the keys that wait for a number */
  gboolean begun;
  gboolean asked; /* for the number */
  gboolean dirty;
  gboolean failed; /* what is dirty could not be kept */
};

/* Bytes for a number, or for the draft that is being begun. */
typedef struct {
  char *number;
  DkTicketBegun *begun;
  GBytes *bytes;
} File;

static void
free_file (gpointer data)
{
  File *file = data;

  g_free (file->number);
  dk_ticket_begun_unref (file->begun);
  g_bytes_unref (file->bytes);
  g_free (file);
}

static GObject *
new_owner (DkDraftKeeper *self)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data (owner, "dk-draft-keeper", self);
  return owner;
}

static gpointer
keep_file (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const File *file = data;
  const char *number = file->number != NULL ? file->number : file->begun->number;

  if (number == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "The file was not stored, since no number could be issued for the ticket. The "
                 "file itself is as it was. Attach it again once a number is shown.");
    return NULL;
  }
  return dk_attached_store_keep (dk_kit_store (kit), number, file->bytes, error) ? DK_KIT_DONE
                                                                                 : NULL;
}

static void
on_file_kept (gpointer owner, gpointer result, const GError *error)
{
  DkDraftKeeper *self = g_object_get_data (owner, "dk-draft-keeper");

  (void) dk_page_failed (self->page, error);
}

static void
send_file (DkDraftKeeper *self, const char *number, GBytes *bytes)
{
  File *file = g_new0 (File, 1);

  file->number = g_strdup (number);
  file->begun = number == NULL ? dk_ticket_begun_ref (self->begun_draft) : NULL;
  file->bytes = g_bytes_ref (bytes);
  dk_kit_run (self->owner, &(DkKitCall) { .work = keep_file,
                                          .reply = on_file_kept,
                                          .data = file,
                                          .data_free = free_file });
}

static void
send_files (DkDraftKeeper *self)
{
  if (self->number == NULL && self->begun_draft == NULL)
    return;
  for (guint i = 0; i < self->files->len; i++)
    send_file (self, self->number, self->files->pdata[i]);
  g_ptr_array_set_size (self->files, 0);
}

/* A number is drawn if there is none yet, one alone for each DkTicketBegun, which is the result
 * then: a reference, whose number is known from now on. */
static gpointer
keep_draft (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkTicketJob *job = data;

  if (dk_ticket_work_keep (kit, data, c, error) == NULL)
    return NULL;
  return job->number == NULL ? dk_ticket_begun_ref (job->begun) : DK_KIT_DONE;
}

/* What is in the form, for the number or for the draft that is being begun. */
static DkTicketJob *
new_job (DkDraftKeeper *self)
{
  DkTicketJob *job = dk_ticket_job_new (self->source->form (self->page), self->number,
                                        self->source->answers (self->page), NULL);

  if (self->begun_draft != NULL)
    job->begun = dk_ticket_begun_ref (self->begun_draft);
  return job;
}

static void on_kept (gpointer owner, gpointer result, const GError *error);

static void
send_draft (DkDraftKeeper *self, GObject *owner, DkKitReply reply)
{
  self->dirty = FALSE;
  self->failed = FALSE;
  dk_kit_run (owner,
              &(DkKitCall) { .work = keep_draft,
                             .reply = reply,
                             .data = new_job (self),
                             .data_free = dk_ticket_job_free,
                             .result_free = self->number == NULL
                                                ? (GDestroyNotify) dk_ticket_begun_unref
                                                : NULL });
}

static void
keep_now (DkDraftKeeper *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->dirty && (self->number != NULL || self->begun_draft != NULL))
    send_draft (self, self->owner, on_kept);
}

/* Takes what came of a call without a number. It may be of the draft before. */
static void
learn_number (DkDraftKeeper *self, DkTicketBegun *begun)
{
  if (begun == self->begun_draft && self->number == NULL) {
    self->number = g_strdup (begun->number);
    self->begun = TRUE;
    self->asked = TRUE;
    g_clear_pointer (&self->begun_draft, dk_ticket_begun_unref);
    send_files (self);
    keep_now (self);
  }
  dk_ticket_begun_unref (begun);
}

static void
on_kept (gpointer owner, gpointer result, const GError *error)
{
  DkDraftKeeper *self = g_object_get_data (owner, "dk-draft-keeper");

  if (dk_page_failed (self->page, error)) {
    self->dirty = TRUE;
    self->failed = TRUE;
  } else if (result != DK_KIT_DONE) {
    learn_number (self, result);
  }
  self->source->told (self->page);
}

/* A call behind this one may draw the number yet: what was begun stays. */
static void
on_begun (gpointer owner, gpointer result, const GError *error)
{
  DkDraftKeeper *self = g_object_get_data (owner, "dk-draft-keeper");

  if (error != NULL) {
    self->begun = FALSE;
    self->asked = FALSE;
  }
  on_kept (self->owner, result, error);
}

static void
begin_now (DkDraftKeeper *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->asked = TRUE;
  if (self->begun_draft == NULL)
    self->begun_draft = dk_ticket_begun_new ();
  send_draft (self, self->begun_by, on_begun);
}

/* What a scanner typed was taken out again: nobody has begun anything. */
static gboolean
begin_after_pause (gpointer data)
{
  DkDraftKeeper *self = data;

  self->timer = 0;
  if (self->source->is_changed (self->page)) {
    begin_now (self);
    return G_SOURCE_REMOVE;
  }
  self->begun = FALSE;
  self->dirty = FALSE;
  self->source->told (self->page);
  return G_SOURCE_REMOVE;
}

static gboolean
keep_after_pause (gpointer data)
{
  DkDraftKeeper *self = data;

  self->timer = 0;
  keep_now (self);
  return G_SOURCE_REMOVE;
}

void
dk_draft_keeper_edited (DkDraftKeeper *self)
{
  gint64 now_us = g_get_monotonic_time ();

  self->dirty = TRUE;
  self->failed = FALSE;
  if (!self->begun)
    self->first_us = now_us;
  self->begun = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->number != NULL)
    self->timer = g_timeout_add (KEEP_AFTER_MS, keep_after_pause, self);
  else if (!self->asked && now_us - self->first_us > BEGIN_AT_LATEST_US)
    begin_now (self);
  else if (!self->asked)
    self->timer = g_timeout_add (BEGIN_AFTER_MS, begin_after_pause, self);
}

void
dk_draft_keeper_attach (DkDraftKeeper *self, const char *number, GBytes *bytes)
{
  if (number != NULL) {
    send_file (self, number, bytes);
    return;
  }
  g_ptr_array_add (self->files, g_bytes_ref (bytes));
  if (self->number != NULL)
    send_files (self);
}

void
dk_draft_keeper_adopt (DkDraftKeeper *self, const char *number)
{
  char *copy = g_strdup (number);

  dk_draft_keeper_reset (self);
  self->number = copy;
  self->begun = TRUE;
  self->asked = TRUE;
}

void
dk_draft_keeper_reset (DkDraftKeeper *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->number, g_free);
  g_clear_pointer (&self->begun_draft, dk_ticket_begun_unref);
  g_ptr_array_set_size (self->files, 0);
  /* A number that is still on its way is that of the draft before. */
  g_object_unref (self->begun_by);
  self->begun_by = new_owner (self);
  self->begun = FALSE;
  self->asked = FALSE;
  self->dirty = FALSE;
  self->failed = FALSE;
}

void
dk_draft_keeper_seal (DkDraftKeeper *self)
{
  /* Not begun and dirty: there was no number for it before. */
  if ((self->begun || self->dirty) && !self->asked && self->source->is_changed (self->page))
    begin_now (self);
  else
    keep_now (self);
  send_files (self); /* nobody may be there any more when the number comes */
}

const char *
dk_draft_keeper_number (const DkDraftKeeper *self)
{
  return self->number;
}

gboolean
dk_draft_keeper_is_begun (const DkDraftKeeper *self)
{
  return self->begun;
}

gboolean
dk_draft_keeper_is_dirty (const DkDraftKeeper *self)
{
  return self->dirty || (self->asked && self->number == NULL);
}

gboolean
dk_draft_keeper_has_failed (const DkDraftKeeper *self)
{
  return self->failed;
}

DkDraftKeeper *
dk_draft_keeper_new (DkPage *page, const DkDraftSource *source)
{
  DkDraftKeeper *self = g_new0 (DkDraftKeeper, 1);

  self->owner = new_owner (self);
  self->begun_by = new_owner (self);
  self->page = page;
  self->source = source;
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return self;
}

void
dk_draft_keeper_free (DkDraftKeeper *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_object_unref (self->owner);
  g_object_unref (self->begun_by);
  g_ptr_array_unref (self->files);
  g_free (self->number);
  dk_ticket_begun_unref (self->begun_draft);
  g_free (self);
}

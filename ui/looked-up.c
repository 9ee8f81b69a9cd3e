/* SPDX-License-Identifier: MIT */
#include "ui/looked-up.h"

#include "ui/card.h"

static json_t *
load_device (DkStore *store, const char *host, GError **error)
{
  g_autoptr (DkDevice) device = dk_content_store_device (store, host, error);
  json_t *row;

  if (device == NULL)
    return NULL;
  row = json_object ();
  dk_json_set_text (row, "id", device->host);
  dk_json_set_text (row, "name", device->host);
  dk_json_set_text (row, "owner", device->owner);
  dk_json_set_text (row, "location", device->location);
  dk_json_set_text (row, "os", device->os);
  dk_json_set_text (row, "recovery_key_id", device->recovery_key_id);
  return row;
}

gpointer
dk_looked_up_load (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const DkTicketJob *order = data;
  DkLookedUp *found = g_new0 (DkLookedUp, 1);

  if (g_str_equal (order->number, "contact"))
    found->contact = dk_ticket_work_contact (kit, order->text, cancellable, error);
  else if (g_str_equal (order->number, "service"))
    found->service = dk_ticket_work_service (kit, order->text, cancellable, error);
  else if (g_str_equal (order->number, "device"))
    found->row = load_device (dk_kit_store (kit), order->text, error);
  else
    found->row = dk_ticket_work_row (kit, data, cancellable, error);
  if (found->contact == NULL && found->service == NULL && found->row == NULL)
    g_clear_pointer (&found, g_free);
  return found;
}

GtkWidget *
dk_looked_up_card (const DkLookedUp *found)
{
  if (found->contact != NULL)
    return dk_card_new_contact (found->contact);
  return found->service != NULL ? dk_card_new_service (found->service)
                                : dk_card_new_row (found->row);
}

const char *
dk_looked_up_callback (const DkLookedUp *found)
{
  if (found->contact == NULL || found->contact->numbers->len == 0)
    return NULL;
  return ((const DkContactNumber *) found->contact->numbers->pdata[0])->value;
}

void
dk_looked_up_free (gpointer data)
{
  DkLookedUp *found = data;

  if (found == NULL)
    return;
  dk_contact_free (found->contact);
  dk_service_free (found->service);
  json_decref (found->row);
  g_free (found);
}

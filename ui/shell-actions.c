/* SPDX-License-Identifier: MIT */
#include "ui/shell-actions.h"

#include "ui/people-page.h"
#include "ui/shell.h"
#include "ui/window.h"

static DkShell *
shell_of (gpointer window)
{
  return dk_window_get_shell (DK_WINDOW (window));
}

static void
go (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_shell_go (shell_of (window), g_variant_get_string (parameter, NULL), NULL);
}

static void
focus_search (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_shell_focus_search (shell_of (window));
}

static void
start_call (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_shell_go (shell_of (window), "calls", NULL);
}

static void
start_ticket (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_shell_go (shell_of (window), "ticket", "");
}

static void
lock_kit (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_window_lock (DK_WINDOW (window));
}

static void
switch_user (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_window_switch_user (DK_WINDOW (window));
}

static void
change_passphrase (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_people_change_own (dk_shell_current_page (shell_of (window)));
}

static void
act_on_page (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  dk_page_act (dk_shell_current_page (shell_of (window)), g_action_get_name (G_ACTION (action)));
}

static const GActionEntry shell_entries[] = {
  { "go", go, "s", NULL, NULL, { 0 } },
  { "search", focus_search, NULL, NULL, NULL, { 0 } },
  { "new-call", start_call, NULL, NULL, NULL, { 0 } },
  { "new-ticket", start_ticket, NULL, NULL, NULL, { 0 } },
  { "lock", lock_kit, NULL, NULL, NULL, { 0 } },
  { "switch-user", switch_user, NULL, NULL, NULL, { 0 } },
  { "change-passphrase", change_passphrase, NULL, NULL, NULL, { 0 } },
};

/* Actions that the page in sight answers for. */
static const GActionEntry page_entries[] = {
  { "save", act_on_page, NULL, NULL, NULL, { 0 } },
  { "undo", act_on_page, NULL, NULL, NULL, { 0 } },
  { "redo", act_on_page, NULL, NULL, NULL, { 0 } },
  { "finalise", act_on_page, NULL, NULL, NULL, { 0 } },
  { "resolve", act_on_page, NULL, NULL, NULL, { 0 } },
  { "amend", act_on_page, NULL, NULL, NULL, { 0 } },
  { "void", act_on_page, NULL, NULL, NULL, { 0 } },
  { "take-over", act_on_page, NULL, NULL, NULL, { 0 } },
  { "promote", act_on_page, NULL, NULL, NULL, { 0 } },
  { "open", act_on_page, NULL, NULL, NULL, { 0 } },
  { "print", act_on_page, NULL, NULL, NULL, { 0 } },
  { "save-pdf", act_on_page, NULL, NULL, NULL, { 0 } },
  { "save-usb", act_on_page, NULL, NULL, NULL, { 0 } },
  { "issue", act_on_page, NULL, NULL, NULL, { 0 } },
  { "previous-page", act_on_page, NULL, NULL, NULL, { 0 } },
  { "next-page", act_on_page, NULL, NULL, NULL, { 0 } },
  { "hand-over", act_on_page, NULL, NULL, NULL, { 0 } },
  { "stop", act_on_page, NULL, NULL, NULL, { 0 } },
  { "csv", act_on_page, NULL, NULL, NULL, { 0 } },
  { "person-add", act_on_page, NULL, NULL, NULL, { 0 } },
  { "person-change", act_on_page, NULL, NULL, NULL, { 0 } },
  { "person-reset", act_on_page, NULL, NULL, NULL, { 0 } },
  { "person-remove", act_on_page, NULL, NULL, NULL, { 0 } },
  { "recovery-rotate", act_on_page, NULL, NULL, NULL, { 0 } },
};

static const struct {
  const char *action;
  const char *keys[3];
} action_keys[] = {
  { "win.go::now", { "<Alt>1", NULL } },
  { "win.go::calls", { "<Alt>2", NULL } },
  { "win.go::tickets", { "<Alt>3", NULL } },
  { "win.go::contacts", { "<Alt>4", NULL } },
  { "win.go::oncall", { "<Alt>5", NULL } },
  { "win.go::runbooks", { "<Alt>6", NULL } },
  { "win.go::services", { "<Alt>7", NULL } },
  { "win.go::print", { "<Alt>8", NULL } },
  { "win.go::handover", { "<Alt>9", NULL } },
  { "win.go::calltrees", { "<Control>t", NULL } },
  { "win.go::readiness", { "<Control>e", NULL } },
  { "win.go::people", { "<Alt>0", NULL } },
  { "win.search", { "<Control>k", "<Control>f", NULL } },
  { "win.new-call", { "F2", NULL } },
  { "win.new-ticket", { "<Control>n", NULL } },
  { "win.lock", { "<Control>l", NULL } },
  { "win.switch-user", { "<Control><Shift>l", NULL } },
  { "win.save", { "<Control>s", NULL } },
  { "win.undo", { "<Control>z", NULL } },
  { "win.redo", { "<Control><Shift>z", "<Control>y", NULL } },
  { "win.finalise", { "<Control><Shift>s", NULL } },
  { "win.resolve", { "<Control>r", NULL } },
  { "win.promote", { "<Control>Return", "<Control>KP_Enter", NULL } },
  { "win.print", { "<Control>p", NULL } },
  { "win.previous-page", { "<Alt>Page_Up", NULL } },
  { "win.next-page", { "<Alt>Page_Down", NULL } },
};

static void
set_enabled (GActionMap *map, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (map, name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

void
dk_shell_actions_add (GActionMap *window)
{
  g_action_map_add_action_entries (window, shell_entries, G_N_ELEMENTS (shell_entries), window);
  g_action_map_add_action_entries (window, page_entries, G_N_ELEMENTS (page_entries), window);
  for (gsize i = 0; i < G_N_ELEMENTS (shell_entries); i++)
    set_enabled (window, shell_entries[i].name, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (page_entries); i++)
    set_enabled (window, page_entries[i].name, FALSE);
}

void
dk_shell_actions_set_keys (GtkApplication *application)
{
  for (gsize i = 0; i < G_N_ELEMENTS (action_keys); i++)
    gtk_application_set_accels_for_action (application, action_keys[i].action,
                                           action_keys[i].keys);
}

void
dk_shell_actions_update (GActionMap *window, DkPage *page)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shell_entries); i++)
    set_enabled (window, shell_entries[i].name, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (page_entries); i++)
    set_enabled (window, page_entries[i].name, dk_page_can (page, page_entries[i].name));
}

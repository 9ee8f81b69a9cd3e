# SPDX-License-Identifier: MIT
# What the tests find in a fresh Request Tracker: queue, custom fields, users, tokens. Called by
# rt5 with the folder to write the token files to.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use RT;

my $folder = shift or die "usage: rt5-fixtures.pl DIR\n";
RT::LoadConfig();
RT::Init();
my $system = RT->SystemUser;

sub need {
  my ($id, $message, $what) = @_;
  die "$what: " . ($message // '?') . "\n" unless $id;
  return $id;
}

my $root = RT::User->new($system);
$root->Load('root');
need($root->SetPassword($ENV{RT_ADMIN_PASS}), "password of root");

my $queue = RT::Queue->new($system);
need($queue->Create(
  Name => 'Service Desk',
  Description => 'Where downtime tickets go',
  CorrespondAddress => 'desk@rt.test',
  CommentAddress => 'desk-comment@rt.test',
), 'queue');

# Times are plain text: RT reads its own date fields in the time zone of the API user.
my @fields = (
  ['DowntimeNumber', 'FreeformSingle', 'Number that the station gave'],
  ['Impact', 'SelectSingle', '1 high to 3 low'],
  ['Urgency', 'SelectSingle', '1 high to 3 low'],
  ['Location', 'FreeformSingle', 'Ward and room'],
  ['CapturedAt', 'FreeformSingle', 'When it was recorded, UTC'],
  ['BundleId', 'FreeformSingle', 'Bundle that brought it'],
  ['PayloadHash', 'FreeformSingle', 'SHA-256 of what was sent'],
  ['SeveralNumbers', 'FreeformMultiple', 'A number field that holds more than one'],
);
for my $field (@fields) {
  my ($name, $type, $description) = @$field;
  my $custom = RT::CustomField->new($system);
  need($custom->Create(Name => $name, Type => $type, Description => $description,
      LookupType => 'RT::Queue-RT::Ticket'), "field $name");
  if ($type eq 'SelectSingle') {
    need($custom->AddValue(Name => $_, SortOrder => $_), "value $_ of $name") for 1 .. 3;
  }
  need($custom->AddToObject($queue), "field $name in the queue");
}

my @read = qw(SeeQueue ShowTicket SeeCustomField);
my @write = qw(CreateTicket ModifyTicket CommentOnTicket ReplyToTicket ShowTicketComments OwnTicket);
my @set = qw(ModifyCustomField SetInitialCustomField);
my @users = (
  ['kit-sync', 'token', @read, @write, @set],
  # may create, but RT drops its custom fields without a word
  ['kit-nofields', 'token-nofields', @read, @write],
  ['kit-readonly', 'token-readonly', @read],
);
for my $entry (@users) {
  my ($name, $file, @rights) = @$entry;
  my $user = RT::User->new($system);
  need($user->Create(Name => $name, EmailAddress => "$name\@rt.test", Privileged => 1),
    "user $name");
  need($user->PrincipalObj->GrantRight(Right => $_, Object => $queue), "$_ for $name")
    for @rights;
  need($user->PrincipalObj->GrantRight(Right => 'ManageAuthTokens', Object => RT->System),
    "tokens for $name");
  my ($id, $message, $secret) =
    RT::AuthToken->new($system)->Create(Owner => $user->Id, Description => 'kit');
  need($id, $message, "token of $name");
  open my $out, '>', "$folder/$file" or die "$folder/$file: $!\n";
  print $out "$secret\n";
  close $out or die "$folder/$file: $!\n";
}

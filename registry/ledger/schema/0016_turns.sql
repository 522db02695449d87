-- Batches are taken in turns by institution and deletion: who looks for them steps from one to the next.

create index batch_turn on batch (institution_id, deletion_id, due_at, id) where state in ('ready', 'leased');
create index batch_outstanding on batch (institution_id) where state = 'ready' and announced_at is not null;
drop index batch_due;

-- Duties: what a person may do beside their role, in their own institution.  The names are those of tombstone/duty.def;
-- what each of them allows is permission.def's to say.
create table user_duty (
	user_id bigint not null references user_account,
	duty text not null check (duty in ('editor', 'digitization_coordinator', 'repository_manager', 'harvest_admin')),
	given_by text not null, -- as the audit trail names actors
	given_at timestamptz not null default now(),
	primary key (user_id, duty)
);
grant select, insert, delete on user_duty to tombstone_registry;

create or replace view active_user as
	select u.id, u.institution_id, i.identifier as institution, i.name as institution_name, u.email, u.name, u.role,
		u.password_hash, u.admin_since, i.admin_days, i.sole_admin,
		array(select d.duty from user_duty d where d.user_id = u.id order by d.duty) as duties
	from user_account u join institution i on i.id = u.institution_id
	where u.deactivated_at is null and i.deactivated_at is null;

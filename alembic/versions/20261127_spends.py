"""Spending in the database: debit, hold and capture are one function each, and a batch of spends is another.

The rules are those of the domain: burn order is priority, soonest expiry (none last), promo before paid, oldest, id. A
refusal is a value, not an exception, so that in a batch each order succeeds or fails alone.
"""

from alembic import op

revision = "8a41c2e6d019"
down_revision = "7f3b2c915d40"
branch_labels = None
depends_on = None

HASH = """
-- The hash of an entry, as domain.chain.entry_hash computes it. STABLE: a label stricter than what convert_to has would
-- keep PostgreSQL from inlining it.
CREATE FUNCTION entry_hash(prev bytea, wallet_id uuid, wallet_version bigint, creator_id uuid, posting_id uuid,
    subscription_id uuid, grant_id uuid, type text, posted_delta bigint, held_delta bigint, posted_after bigint,
    held_after bigint, reverses uuid, actor text, at timestamptz, note_commitment bytea)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(prev
        || '\\x00000024'::bytea || convert_to(wallet_id::text, 'UTF8')
        || framed(wallet_version::text)
        || '\\x00000024'::bytea || convert_to(creator_id::text, 'UTF8')
        || '\\x00000024'::bytea || convert_to(posting_id::text, 'UTF8')
        || '\\x00000024'::bytea || convert_to(subscription_id::text, 'UTF8')
        || '\\x00000024'::bytea || convert_to(grant_id::text, 'UTF8')
        || framed(type) || framed(posted_delta::text) || framed(held_delta::text) || framed(posted_after::text)
        || framed(held_after::text) || framed(reverses::text) || framed(actor)
        || framed(((extract(epoch FROM at) * 1000000)::bigint)::text)
        || framed(encode(note_commitment, 'hex')))
$$;
"""
FRAMED = """
CREATE FUNCTION framed(field text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(int4send(octet_length(field)) || convert_to(field, 'UTF8'), '\\xffffffff'::bytea)
$$;
"""
ANSWERS = """
-- `code` is '' where the order took effect and `body` is the answer as JSON; else `code` says why not, and `body` with
-- what figures. Ids in it are a prefix and a UUID, which domain.ids.spelled makes public ones of.
CREATE TYPE order_answer AS (code text, replayed boolean, body text);

CREATE FUNCTION api_time(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce('"' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || '"', 'null')
$$;

CREATE FUNCTION api_allocation(grant_id uuid, pack_id uuid, amount bigint, expires_at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"grant":"grant_' || grant_id::text || '","pack":"pack_' || pack_id::text || '","amount":' || amount::text
        || ',"expires_at":' || api_time(expires_at) || '}'
$$;

CREATE FUNCTION api_balance(posted bigint, held bigint, available bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT ',"balance":{"posted":' || posted::text || ',"held":' || held::text || ',"available":' || available::text
        || '}'
$$;

-- The answer to a debit, to a hold, or to the question what a debit would do.
CREATE FUNCTION api_spend(kind text, id uuid, amount bigint, hold_expires_at timestamptz, balance text,
    allocations text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE kind
        WHEN 'debit' THEN '{"id":"debit_' || id::text || '","amount":' || amount::text
        WHEN 'hold' THEN '{"id":"hold_' || id::text || '","status":"open","amount":' || amount::text
            || ',"captured":0,"expires_at":' || api_time(hold_expires_at)
        ELSE '{"dry_run":true,"amount":' || amount::text END
        || balance || ',"allocations":[' || allocations || ']}'
$$;

-- When the period began in which a key's cap counts what happens at a time; NULL for a key without a cap.
CREATE FUNCTION cap_period_of(key_id uuid, at timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT date_trunc(k.cap_period, at AT TIME ZONE c.time_zone)::date
    FROM api_key k JOIN creator c ON c.id = k.creator_id WHERE k.id = key_id
$$;
"""
REFUSAL = """
-- Why a customer's credits do not suffice. `inactive` says that all lots in question are paused or disabled.
CREATE FUNCTION spend_refusal(p_creator uuid, p_wallet uuid, p_pack uuid, p_required bigint, p_available bigint,
    p_held bigint, p_inactive boolean) RETURNS order_answer LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_pack IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM credit_pack WHERE id = p_pack AND creator_id = p_creator) THEN
            RETURN ('not_found', false, '{}')::order_answer;
        END IF;
        p_inactive := EXISTS (
            SELECT FROM subscription WHERE wallet_id = p_wallet AND pack_id = p_pack AND status <> 'active');
    END IF;
    IF p_inactive THEN
        RETURN ('subscription_inactive', false, '{}')::order_answer;
    END IF;
    RETURN ('insufficient_credits', false, json_build_object(
        'available', p_available, 'required', p_required, 'held', coalesce(p_held, 0))::text)::order_answer;
END $$;
"""
SPEND = """
-- Spend (p_kind debit), reserve (hold), or say what a debit would do (preview) with p_amount credits of one customer,
-- in burn order, from one pack or from all. Without a key of the caller's (p_key NULL) no answer is kept.
CREATE FUNCTION post_spend(p_kind text, p_id uuid, p_creator uuid, p_customer uuid, p_email text, p_key text,
    p_request bytea, p_api_key uuid, p_amount bigint, p_pack uuid, p_actor text, p_reason text, p_details jsonb,
    p_salt bytea, p_commitment bytea, p_hold_seconds integer, p_at timestamptz)
RETURNS order_answer LANGUAGE plpgsql AS $$
DECLARE
    w record; done record; lot record; most bigint; each text;
    moment timestamptz; hold_until timestamptz; head bytea; answer text; allocations text := ''::text;
    need bigint := p_amount; take bigint; wanted bigint := 0; usable bigint := 0;
    some_active boolean := false; some_inactive boolean := false;
    posted_step integer := CASE p_kind WHEN 'debit' THEN -1 ELSE 0 END;
    held_step integer := CASE p_kind WHEN 'hold' THEN 1 ELSE 0 END;
    capped uuid; posted_now bigint; held_now bigint; n integer := 0; pack_drawn uuid;
    -- With their types: without, each call would read them from text.
    lots uuid[] := '{}'::uuid[]; subs uuid[] := '{}'::uuid[]; takes bigint[] := '{}'::bigint[];
    hashes bytea[] := '{}'::bytea[];
BEGIN
    IF p_api_key IS NOT NULL THEN
        SELECT coalesce(cap_id, id), cap_credits, cap_period INTO capped, most, each FROM api_key
            WHERE id = p_api_key AND revoked_at IS NULL
                AND (expires_at IS NULL OR expires_at > coalesce(p_at, clock_timestamp()));
        IF NOT FOUND THEN
            RETURN ('invalid_api_key', false, '{}')::order_answer;
        END IF;
    END IF;
    IF p_customer IS NULL THEN
        SELECT id INTO p_customer FROM customer WHERE creator_id = p_creator AND email_normalized = p_email;
    END IF;
    IF p_kind = 'preview' THEN
        SELECT id, posted, held, version, last_hash, updated_at INTO w FROM wallet
            WHERE creator_id = p_creator AND customer_id = p_customer;
    ELSE
        SELECT id, posted, held, version, last_hash, updated_at INTO w FROM wallet
            WHERE creator_id = p_creator AND customer_id = p_customer FOR UPDATE;
    END IF;
    IF NOT FOUND THEN  -- by itself, since a condition with a query in it is never cheap
        IF NOT EXISTS (SELECT FROM customer WHERE id = p_customer AND creator_id = p_creator) THEN
            RETURN ('not_found', false, '{}')::order_answer;
        END IF;
    END IF;
    -- After the lock, so that the second of two duplicates sees what the first did.
    IF p_key IS NOT NULL THEN
        SELECT request_hash, body INTO done FROM idempotency_key WHERE creator_id = p_creator AND key = p_key;
        IF FOUND THEN
            IF done.request_hash <> p_request THEN
                RETURN ('idempotency_key_reused', false, '{}')::order_answer;
            END IF;
            RETURN ('', true, done.body)::order_answer;
        END IF;
    END IF;
    moment := greatest(coalesce(p_at, clock_timestamp()), w.updated_at);
    FOR lot IN
        SELECT g.id, g.subscription_id, g.remaining - g.held AS free, g.expires_at, s.pack_id,
            s.status = 'active' AS active
        FROM credit_grant g JOIN subscription s ON s.id = g.subscription_id
        WHERE g.wallet_id = w.id AND NOT g.closed AND (g.expires_at IS NULL OR g.expires_at > moment)
        ORDER BY g.priority, g.expires_at NULLS LAST, g.promo DESC, g.created_at, g.id
    LOOP
        IF NOT lot.active THEN
            some_inactive := true;
            CONTINUE;
        END IF;
        some_active := true;
        usable := usable + lot.free;
        IF p_pack IS NULL OR lot.pack_id = p_pack THEN
            wanted := wanted + lot.free;
            take := least(need, lot.free);
            IF take > 0 THEN
                need := need - take;
                n := n + 1;
                lots[n] := lot.id;
                subs[n] := lot.subscription_id;
                takes[n] := take;
                pack_drawn := lot.pack_id;
                allocations := allocations || CASE n WHEN 1 THEN '' ELSE ',' END
                    || api_allocation(lot.id, lot.pack_id, take, lot.expires_at);
            END IF;
        END IF;
    END LOOP;
    IF need > 0 THEN
        RETURN spend_refusal(p_creator, w.id, p_pack, p_amount, wanted, w.held, some_inactive AND NOT some_active);
    END IF;
    IF p_kind = 'preview' THEN
        RETURN ('', false, api_spend(p_kind, p_id, p_amount, NULL,
            api_balance(w.posted - p_amount, w.held, usable - p_amount), allocations))::order_answer;
    END IF;
    IF most IS NOT NULL THEN
        INSERT INTO api_key_spend AS x (key_id, period, spent)
            SELECT capped, cap_period_of(p_api_key, moment), p_amount WHERE p_amount <= most
            ON CONFLICT (key_id, period) DO UPDATE SET spent = x.spent + p_amount
            WHERE x.spent + p_amount <= most;
        IF NOT FOUND THEN
            RETURN ('spend_cap_reached', false, json_build_object('cap', most, 'period', each,
                'spent', coalesce((SELECT spent FROM api_key_spend
                    WHERE key_id = capped AND period = cap_period_of(p_api_key, moment)), 0),
                'required', p_amount)::text)::order_answer;
        END IF;
    END IF;
    posted_now := w.posted + posted_step * p_amount;
    held_now := w.held + held_step * p_amount;
    IF p_kind = 'hold' THEN
        hold_until := moment + p_hold_seconds * interval '1 second';
        INSERT INTO hold (id, creator_id, wallet_id, key_id, amount, status, expires_at, created_at)
            VALUES (p_id, p_creator, w.id, p_api_key, p_amount, 'open', hold_until, moment);
    END IF;
    IF p_commitment IS NOT NULL THEN
        INSERT INTO posting_note (posting_id, creator_id, reason, details, salt)
            VALUES (p_id, p_creator, p_reason, p_details, p_salt);
    END IF;
    answer := api_spend(p_kind, p_id, p_amount, hold_until, api_balance(posted_now, held_now, usable - p_amount),
        allocations);
    -- One statement: what a spend costs is starting statements, not writing. Where one lot pays for all of it, which is
    -- usual, a plainer one does.
    IF n = 1 THEN
        head := entry_hash(w.last_hash, w.id, w.version + 1, p_creator, p_id, subs[1], lots[1], p_kind,
            posted_step * p_amount, held_step * p_amount, posted_now, held_now, NULL, p_actor, moment, p_commitment);
        WITH of_lot AS (
            UPDATE credit_grant SET remaining = remaining + posted_step * p_amount,
                held = held + held_step * p_amount, closed = (remaining + posted_step * p_amount = 0)
            WHERE id = lots[1] RETURNING *
        ), of_wallet AS (
            UPDATE wallet SET posted = posted_now, held = held_now, version = w.version + 1, last_hash = head,
                updated_at = moment
            WHERE id = w.id
        ), of_figures AS (  -- as note_entries would
            INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, credits, amount_minor,
                lot_created_at, lot_expires_at)
            SELECT p_creator, p_customer, moment,
                CASE p_kind WHEN 'debit' THEN 'used'::insight_measure ELSE 'touched' END, pack_drawn, g.currency,
                posted_step * p_amount, lot_value(g.remaining, g.paid_minor, g.amount)
                    - lot_value(g.remaining - posted_step * p_amount, g.paid_minor, g.amount),
                g.created_at, g.expires_at
            FROM of_lot g
        ), of_key AS (
            INSERT INTO idempotency_key (creator_id, key, request_hash, status, body, created_at)
            SELECT p_creator, p_key, p_request, 201, answer, moment WHERE p_key IS NOT NULL
        )
        INSERT INTO ledger_entry (wallet_id, wallet_version, creator_id, posting_id, subscription_id, grant_id, type,
            posted_delta, held_delta, posted_after, held_after, actor, at, note_commitment, prev_hash, hash)
        VALUES (w.id, w.version + 1, p_creator, p_id, subs[1], lots[1], p_kind::entry_type,
            posted_step * p_amount, held_step * p_amount, posted_now, held_now, p_actor, moment, p_commitment,
            w.last_hash, head);
        RETURN ('', false, answer)::order_answer;
    END IF;
    posted_now := w.posted; held_now := w.held; head := w.last_hash;
    FOR i IN 1..n LOOP
        posted_now := posted_now + posted_step * takes[i];
        held_now := held_now + held_step * takes[i];
        head := entry_hash(head, w.id, w.version + i, p_creator, p_id, subs[i], lots[i], p_kind,
            posted_step * takes[i], held_step * takes[i], posted_now, held_now, NULL, p_actor, moment, p_commitment);
        hashes[i] := head;
    END LOOP;
    WITH moved AS (
        SELECT * FROM unnest(lots, subs, takes, hashes) WITH ORDINALITY AS m (lot_id, sub_id, credits, hash, place)
    ), of_lots AS (
        UPDATE credit_grant g SET remaining = g.remaining + posted_step * m.credits,
            held = g.held + held_step * m.credits, closed = (g.remaining + posted_step * m.credits = 0)
        FROM moved m WHERE g.id = m.lot_id
    ), of_wallet AS (
        UPDATE wallet SET posted = posted_now, held = held_now, version = w.version + n, last_hash = head,
            updated_at = moment
        WHERE id = w.id
    ), of_key AS (
        INSERT INTO idempotency_key (creator_id, key, request_hash, status, body, created_at)
        SELECT p_creator, p_key, p_request, 201, answer, moment WHERE p_key IS NOT NULL
    )
    INSERT INTO ledger_entry (wallet_id, wallet_version, creator_id, posting_id, subscription_id, grant_id, type,
        posted_delta, held_delta, posted_after, held_after, actor, at, note_commitment, prev_hash, hash)
    SELECT w.id, w.version + m.place, p_creator, p_id, m.sub_id, m.lot_id, p_kind::entry_type,
        posted_step * m.credits, held_step * m.credits,
        w.posted + posted_step * (sum(m.credits) OVER upto)::bigint,
        w.held + held_step * (sum(m.credits) OVER upto)::bigint,
        p_actor, moment, p_commitment, lag(m.hash, 1, w.last_hash) OVER upto, m.hash
    FROM moved m WINDOW upto AS (ORDER BY m.place);
    PERFORM note_entries(ARRAY[p_id]);
    RETURN ('', false, answer)::order_answer;
END $$;
"""
CAPTURE = """
-- Spend p_amount credits of an open hold (NULL: all), the first reserved first, and give the rest back: lots of
-- which nothing is spent get an entry of type release. What a hold has
-- reserved can be captured though its lot has expired or its pack was paused since. The rest counts no longer towards
-- the cap of the key that placed the hold.
CREATE FUNCTION post_capture(p_id uuid, p_creator uuid, p_hold uuid, p_key text, p_request bytea, p_api_key uuid,
    p_amount bigint, p_actor text, p_at timestamptz) RETURNS order_answer LANGUAGE plpgsql AS $$
DECLARE
    w record; h record; done record; part record;
    moment timestamptz; head bytea; answer text; allocations text := ''; need bigint; take bigint; usable bigint;
    posted_now bigint; held_now bigint; ver bigint; n integer := 0;
    lots uuid[] := '{}'; subs uuid[] := '{}'; takes bigint[] := '{}'; helds bigint[] := '{}'; hashes bytea[] := '{}';
BEGIN
    IF p_api_key IS NOT NULL AND NOT EXISTS (SELECT FROM api_key WHERE id = p_api_key AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > coalesce(p_at, clock_timestamp()))) THEN
        RETURN ('invalid_api_key', false, '{}')::order_answer;
    END IF;
    SELECT x.id, x.posted, x.held, x.version, x.last_hash, x.updated_at INTO w FROM wallet x
        WHERE x.id = (SELECT wallet_id FROM hold WHERE id = p_hold AND creator_id = p_creator) FOR UPDATE;
    IF NOT FOUND THEN
        RETURN ('not_found', false, '{}')::order_answer;
    END IF;
    SELECT request_hash, body INTO done FROM idempotency_key WHERE creator_id = p_creator AND key = p_key;
    IF FOUND THEN
        IF done.request_hash <> p_request THEN
            RETURN ('idempotency_key_reused', false, '{}')::order_answer;
        END IF;
        RETURN ('', true, done.body)::order_answer;
    END IF;
    moment := greatest(coalesce(p_at, clock_timestamp()), w.updated_at);
    SELECT * INTO h FROM hold WHERE id = p_hold;
    IF h.status <> 'open' OR h.expires_at <= moment THEN
        RETURN ('hold_not_open', false, json_build_object(
            'hold_status', CASE h.status WHEN 'open' THEN 'expired' ELSE h.status END)::text)::order_answer;
    END IF;
    need := coalesce(p_amount, h.amount);
    IF need > h.amount THEN
        RETURN ('validation_failed', false, json_build_object('held', h.amount)::text)::order_answer;
    END IF;
    ver := w.version; posted_now := w.posted; held_now := w.held; head := w.last_hash;
    FOR part IN
        SELECT e.grant_id, e.subscription_id, e.held_delta, s.pack_id, g.expires_at
        FROM ledger_entry e JOIN subscription s ON s.id = e.subscription_id JOIN credit_grant g ON g.id = e.grant_id
        WHERE e.posting_id = p_hold ORDER BY e.wallet_version
    LOOP
        take := least(need, part.held_delta);
        need := need - take;
        n := n + 1; ver := ver + 1;
        posted_now := posted_now - take;
        held_now := held_now - part.held_delta;
        head := entry_hash(head, w.id, ver, p_creator, p_id, part.subscription_id, part.grant_id,
            CASE WHEN take > 0 THEN 'capture' ELSE 'release' END, -take, -part.held_delta,
            posted_now, held_now, p_hold, p_actor, moment, NULL);
        lots[n] := part.grant_id; subs[n] := part.subscription_id; takes[n] := take; helds[n] := part.held_delta;
        hashes[n] := head;
        IF take > 0 THEN
            allocations := allocations || CASE allocations WHEN '' THEN '' ELSE ',' END
                || api_allocation(part.grant_id, part.pack_id, take, part.expires_at);
        END IF;
    END LOOP;
    WITH moved AS (
        SELECT * FROM unnest(lots, subs, takes, helds, hashes) WITH ORDINALITY
            AS m (lot_id, sub_id, credits, freed, hash, place)
    ), of_lots AS (
        UPDATE credit_grant g SET remaining = g.remaining - m.credits, held = g.held - m.freed,
            closed = (g.remaining = m.credits)
        FROM moved m WHERE g.id = m.lot_id
    ), of_wallet AS (
        UPDATE wallet SET posted = posted_now, held = held_now, version = ver, last_hash = head, updated_at = moment
        WHERE id = w.id
    ), of_hold AS (
        UPDATE hold SET status = 'captured', captured = coalesce(p_amount, h.amount), settled_at = moment
        WHERE id = p_hold
    ), of_cap AS (
        UPDATE api_key_spend SET spent = greatest(0, spent - (h.amount - coalesce(p_amount, h.amount)))
        WHERE key_id = (SELECT coalesce(cap_id, id) FROM api_key WHERE id = h.key_id)
            AND period = cap_period_of(h.key_id, h.created_at) AND p_amount < h.amount
    )
    INSERT INTO ledger_entry (wallet_id, wallet_version, creator_id, posting_id, subscription_id, grant_id, type,
        posted_delta, held_delta, posted_after, held_after, reverses, actor, at, prev_hash, hash)
    SELECT w.id, w.version + m.place, p_creator, p_id, m.sub_id, m.lot_id,
        CASE WHEN m.credits > 0 THEN 'capture'::entry_type ELSE 'release' END, -m.credits, -m.freed,
        w.posted - (sum(m.credits) OVER upto)::bigint, w.held - (sum(m.freed) OVER upto)::bigint, p_hold, p_actor,
        moment, lag(m.hash, 1, w.last_hash) OVER upto, m.hash
    FROM moved m WINDOW upto AS (ORDER BY m.place);
    PERFORM note_entries(ARRAY[p_id]);
    SELECT coalesce(sum(g.remaining - g.held), 0) INTO usable
        FROM credit_grant g JOIN subscription s ON s.id = g.subscription_id
        WHERE g.wallet_id = w.id AND NOT g.closed AND s.status = 'active'
            AND (g.expires_at IS NULL OR g.expires_at > moment);
    answer := '{"id":"hold_' || p_hold::text || '","status":"captured","amount":' || h.amount::text
        || ',"captured":' || coalesce(p_amount, h.amount)::text || ',"expires_at":' || api_time(h.expires_at)
        || ',"debit":"debit_' || p_id::text || '"' || api_balance(posted_now, held_now, usable)
        || ',"allocations":[' || allocations || ']}';
    INSERT INTO idempotency_key (creator_id, key, request_hash, status, body, created_at)
        SELECT p_creator, p_key, p_request, 200, answer, moment WHERE p_key IS NOT NULL;
    RETURN ('', false, answer)::order_answer;
END $$;
"""
SPENDS = """
-- Many debits and holds at once, each as by post_spend and in the order given: read once, decided in memory, written
-- once for each table. No two of them may come with the same key of one creator,
-- and none with an API key that has a cap.
CREATE FUNCTION post_spends(p_orders json) RETURNS SETOF order_answer LANGUAGE plpgsql AS $$
DECLARE
    q record; moment timestamptz; held_until timestamptz; answer text; allocations text; refusal order_answer;
    wid uuid[]; wposted bigint[]; wheld bigint[]; wver bigint[]; whash bytea[]; wat timestamptz[];
    wfirst integer[]; wmoved boolean[]; nw integer; wi integer;
    gid uuid[]; gsub uuid[]; gpack uuid[]; gleft bigint[]; gfree bigint[]; gposted bigint[]; gheld bigint[];
    gend timestamptz[]; gactive boolean[]; gwallet integer[]; ng integer; j integer; k integer;
    need bigint; take bigint; wanted bigint; usable bigint; some_active boolean; some_inactive boolean;
    posted_step integer; held_step integer; hash bytea;
    entries ledger_entry[] := '{}'; ne integer := 0; done idempotency_key[] := '{}'; nd integer := 0;
    notes posting_note[] := '{}'; nn integer := 0; holds hold[] := '{}'; nh integer := 0;
    drawn integer[]; taken bigint[]; nt integer;
BEGIN
    SELECT array_agg(x.id), array_agg(x.posted), array_agg(x.held), array_agg(x.version), array_agg(x.last_hash),
        array_agg(x.updated_at)
    INTO wid, wposted, wheld, wver, whash, wat
    FROM (
        SELECT w.* FROM wallet w WHERE w.id IN (
            SELECT o.wallet FROM orders_read(p_orders) o
        ) ORDER BY w.id FOR UPDATE
    ) x;
    SELECT min(coalesce(o.at, clock_timestamp())) INTO moment FROM json_to_recordset(p_orders) AS o (at timestamptz);
    nw := coalesce(cardinality(wid), 0);
    IF nw > 0 THEN
        wfirst := array_fill(0, ARRAY[nw]);
        wmoved := array_fill(false, ARRAY[nw]);
        FOR i IN 1..nw LOOP
            wat[i] := greatest(moment, wat[i]);
        END LOOP;
        SELECT array_agg(y.id), array_agg(y.subscription_id), array_agg(y.pack_id), array_agg(y.remaining),
            array_agg(y.free), array_agg(0::bigint), array_agg(0::bigint), array_agg(y.expires_at), array_agg(y.active),
            array_agg(y.place)
        INTO gid, gsub, gpack, gleft, gfree, gposted, gheld, gend, gactive, gwallet
        FROM (
            SELECT g.*, v.place::integer AS place
            FROM unnest(wid, wat) WITH ORDINALITY AS v (id, at, place) CROSS JOIN LATERAL (
                SELECT c.id, c.subscription_id, s.pack_id, c.remaining, c.remaining - c.held AS free,
                    s.status = 'active' AS active, c.expires_at, c.priority, c.promo, c.created_at
                FROM credit_grant c JOIN subscription s ON s.id = c.subscription_id
                WHERE c.wallet_id = v.id AND NOT c.closed AND (c.expires_at IS NULL OR c.expires_at > v.at)
                OFFSET 0
            ) g
            ORDER BY v.place, g.priority, g.expires_at NULLS LAST, g.promo DESC, g.created_at, g.id
        ) y;
        ng := coalesce(cardinality(gid), 0);
        FOR i IN REVERSE ng..1 LOOP
            wfirst[gwallet[i]] := i;
        END LOOP;
    END IF;
    FOR q IN
        SELECT o.*, v.place::integer AS wi, i.request_hash, i.body,
            o.api_key IS NULL OR a.id IS NOT NULL AND (a.expires_at IS NULL OR a.expires_at > moment) AS allowed
        FROM orders_read(p_orders) o
        LEFT JOIN unnest(wid) WITH ORDINALITY AS v (id, place) ON v.id = o.wallet
        LEFT JOIN idempotency_key i ON i.creator_id = o.creator AND i.key = o.key
        LEFT JOIN api_key a ON a.id = o.api_key AND a.revoked_at IS NULL
        ORDER BY o.place
    LOOP
        wi := q.wi;
        IF NOT q.allowed THEN
            RETURN NEXT ('invalid_api_key', false, '{}')::order_answer;
            CONTINUE;
        ELSIF wi IS NULL AND NOT EXISTS (SELECT FROM customer WHERE id = q.customer AND creator_id = q.creator) THEN
            RETURN NEXT ('not_found', false, '{}')::order_answer;
            CONTINUE;
        ELSIF q.request_hash IS NOT NULL THEN
            IF q.request_hash = decode(q.request, 'hex') THEN
                RETURN NEXT ('', true, q.body)::order_answer;
            ELSE
                RETURN NEXT ('idempotency_key_reused', false, '{}')::order_answer;
            END IF;
            CONTINUE;
        END IF;
        need := q.amount; wanted := 0; usable := 0; some_active := false; some_inactive := false;
        allocations := ''; drawn := '{}'; taken := '{}'; nt := 0;
        j := CASE WHEN wi IS NULL THEN 0 ELSE wfirst[wi] END;
        WHILE j BETWEEN 1 AND ng AND gwallet[j] = wi LOOP
            IF gleft[j] = 0 THEN
                NULL;  -- used up by an order before
            ELSIF NOT gactive[j] THEN
                some_inactive := true;
            ELSE
                some_active := true;
                usable := usable + gfree[j];
                IF q.pack IS NULL OR gpack[j] = q.pack THEN
                    wanted := wanted + gfree[j];
                    take := least(need, gfree[j]);
                    IF take > 0 THEN
                        need := need - take;
                        nt := nt + 1;
                        drawn[nt] := j;
                        taken[nt] := take;
                        allocations := allocations || CASE nt WHEN 1 THEN '' ELSE ',' END
                            || api_allocation(gid[j], gpack[j], take, gend[j]);
                    END IF;
                END IF;
            END IF;
            j := j + 1;
        END LOOP;
        IF need > 0 THEN
            refusal := spend_refusal(q.creator, q.wallet, q.pack, q.amount, wanted,
                CASE WHEN wi IS NULL THEN 0 ELSE wheld[wi] END, some_inactive AND NOT some_active);
            RETURN NEXT refusal;
            CONTINUE;
        END IF;
        posted_step := CASE q.kind WHEN 'debit' THEN -1 ELSE 0 END;
        held_step := CASE q.kind WHEN 'hold' THEN 1 ELSE 0 END;
        held_until := wat[wi] + q.hold_seconds * interval '1 second';
        FOR i IN 1..nt LOOP
            j := drawn[i]; take := taken[i];
            gfree[j] := gfree[j] - take;
            gleft[j] := gleft[j] + posted_step * take;
            gposted[j] := gposted[j] + posted_step * take;
            gheld[j] := gheld[j] + held_step * take;
            wver[wi] := wver[wi] + 1;
            wposted[wi] := wposted[wi] + posted_step * take;
            wheld[wi] := wheld[wi] + held_step * take;
            hash := entry_hash(whash[wi], q.wallet, wver[wi], q.creator, q.id, gsub[j], gid[j], q.kind,
                posted_step * take, held_step * take, wposted[wi], wheld[wi], NULL, q.actor, wat[wi],
                decode(q.commitment, 'hex'));
            ne := ne + 1;
            entries[ne] := (q.wallet, wver[wi], q.creator, q.id, gsub[j], gid[j], q.kind::entry_type,
                posted_step * take, held_step * take, wposted[wi], wheld[wi], NULL, q.actor, wat[wi],
                decode(q.commitment, 'hex'), whash[wi], hash)::ledger_entry;
            whash[wi] := hash;
        END LOOP;
        wmoved[wi] := true;
        answer := api_spend(q.kind, q.id, q.amount, held_until,
            api_balance(wposted[wi], wheld[wi], usable - q.amount), allocations);
        nd := nd + 1;
        done[nd] := (q.creator, q.key, decode(q.request, 'hex'), 201, answer, wat[wi])::idempotency_key;
        IF q.commitment IS NOT NULL THEN
            nn := nn + 1;
            notes[nn] := (q.id, q.creator, q.reason, q.details, decode(q.salt, 'hex'))::posting_note;
        END IF;
        IF q.kind = 'hold' THEN
            nh := nh + 1;
            holds[nh] := (q.id, q.creator, q.wallet, q.amount, 0, 'open', held_until, wat[wi], NULL, q.api_key)::hold;
        END IF;
        RETURN NEXT ('', false, answer)::order_answer;
    END LOOP;
    IF ne = 0 THEN
        RETURN;
    END IF;
    UPDATE credit_grant g SET remaining = g.remaining + x.posted, held = g.held + x.held,
        closed = (g.remaining + x.posted = 0)
        FROM unnest(gid, gposted, gheld) AS x (id, posted, held) WHERE g.id = x.id AND (x.posted <> 0 OR x.held <> 0);
    UPDATE wallet w SET posted = x.posted, held = x.held, version = x.version, last_hash = x.hash, updated_at = x.at
        FROM unnest(wid, wposted, wheld, wver, whash, wat, wmoved) AS x (id, posted, held, version, hash, at, moved)
        WHERE x.moved AND w.id = x.id;
    INSERT INTO ledger_entry SELECT * FROM unnest(entries);
    PERFORM note_entries(ARRAY(SELECT e.posting_id FROM unnest(entries) e));
    IF nh > 0 THEN
        INSERT INTO hold SELECT * FROM unnest(holds);
    END IF;
    IF nn > 0 THEN
        INSERT INTO posting_note SELECT * FROM unnest(notes);
    END IF;
    -- In order, so that two batches which share keys wait and never deadlock.
    INSERT INTO idempotency_key SELECT * FROM unnest(done) AS x WHERE x.key IS NOT NULL ORDER BY x.creator_id, x.key;
END $$;
"""
ORDERS = """
-- Orders as JSON, as rows; `wallet` is whose credits they want (of a capture, whose the hold is on), NULL for nobody's.
CREATE FUNCTION orders_read(p_orders json) RETURNS TABLE (place bigint, kind text, id uuid, creator uuid, customer uuid,
    wallet uuid, key text, request text, api_key uuid, amount bigint, pack uuid, actor text, reason text,
    details jsonb, salt text, commitment text, hold_seconds integer, hold uuid, email text, at timestamptz)
LANGUAGE sql STABLE ROWS 32 AS $$
    SELECT o.place, o.kind, o.id, o.creator, c.id, coalesce(w.id, h.wallet_id), o.key, o.request, o.api_key, o.amount,
        o.pack, o.actor, o.reason, o.details, o.salt, o.commitment, o.hold_seconds, o.hold, o.email, o.at
    FROM ROWS FROM (json_to_recordset(p_orders) AS (kind text, id uuid, creator uuid, customer uuid, email text,
        key text, request text, api_key uuid, amount bigint, pack uuid, actor text, reason text, details jsonb,
        salt text, commitment text, hold_seconds integer, hold uuid, at timestamptz)) WITH ORDINALITY
        AS o (kind, id, creator, customer, email, key, request, api_key, amount, pack, actor, reason, details, salt,
            commitment, hold_seconds, hold, at, place)
    LEFT JOIN LATERAL (
        SELECT x.id FROM customer x WHERE x.creator_id = o.creator AND x.id = o.customer
        UNION ALL
        SELECT x.id FROM customer x WHERE x.creator_id = o.creator AND x.email_normalized = o.email
        LIMIT 1
    ) c ON true
    LEFT JOIN wallet w ON w.customer_id = c.id AND w.creator_id = o.creator
    LEFT JOIN hold h ON h.id = o.hold AND h.creator_id = o.creator
$$;

-- A batch of orders in one transaction, in the order given, each of which succeeds or fails alone. Where all are spends
-- without a cap they go together; else one after the other, under locks taken first, in id order.
CREATE FUNCTION post_orders(p_orders json) RETURNS SETOF order_answer LANGUAGE plpgsql AS $$
DECLARE o record;
BEGIN
    IF NOT EXISTS (
        SELECT FROM json_to_recordset(p_orders) AS x (kind text, api_key uuid) LEFT JOIN api_key a ON a.id = x.api_key
        WHERE x.kind = 'capture' OR a.cap_credits IS NOT NULL
    ) THEN
        RETURN QUERY SELECT * FROM post_spends(p_orders);
        RETURN;
    END IF;
    PERFORM FROM wallet w WHERE w.id IN (SELECT x.wallet FROM orders_read(p_orders) x) ORDER BY w.id FOR UPDATE;
    FOR o IN SELECT * FROM orders_read(p_orders) x ORDER BY x.place LOOP
        IF o.kind = 'capture' THEN
            RETURN NEXT post_capture(o.id, o.creator, o.hold, o.key, decode(o.request, 'hex'), o.api_key, o.amount,
                o.actor, o.at);
        ELSE
            RETURN NEXT post_spend(o.kind, o.id, o.creator, o.customer, NULL, o.key,
                decode(o.request, 'hex'), o.api_key, o.amount, o.pack, o.actor, o.reason, o.details,
                decode(o.salt, 'hex'), decode(o.commitment, 'hex'), o.hold_seconds, o.at);
        END IF;
    END LOOP;
END $$;
"""
REMOVE = """
DROP FUNCTION post_orders(json);
DROP FUNCTION post_spends(json);
DROP FUNCTION orders_read(json);
DROP FUNCTION post_capture(uuid, uuid, uuid, text, bytea, uuid, bigint, text, timestamptz);
DROP FUNCTION post_spend(text, uuid, uuid, uuid, text, text, bytea, uuid, bigint, uuid, text, text, jsonb, bytea, bytea,
    integer, timestamptz);
DROP FUNCTION spend_refusal(uuid, uuid, uuid, bigint, bigint, bigint, boolean);
DROP FUNCTION cap_period_of(uuid, timestamptz);
DROP FUNCTION api_spend(text, uuid, bigint, timestamptz, text, text);
DROP FUNCTION api_balance(bigint, bigint, bigint);
DROP FUNCTION api_allocation(uuid, uuid, bigint, timestamptz);
DROP FUNCTION api_time(timestamptz);
DROP TYPE order_answer;
DROP FUNCTION entry_hash(bytea, uuid, bigint, uuid, uuid, uuid, uuid, text, bigint, bigint, bigint, bigint, uuid, text,
    timestamptz, bytea);
DROP FUNCTION framed(text);
"""


def upgrade() -> None:
    """Apply."""
    for part in (FRAMED, HASH, ANSWERS, REFUSAL, SPEND, CAPTURE, SPENDS, ORDERS):
        op.get_bind().exec_driver_sql(part)


def downgrade() -> None:
    """Undo."""
    op.get_bind().exec_driver_sql(REMOVE)

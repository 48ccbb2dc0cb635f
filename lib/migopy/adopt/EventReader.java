package migopy.adopt;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.adopt.PeerDocument.Understanding;
import migopy.adopt.PeerMigration.PeerState;
import migopy.console.Wording;
import migopy.journal.EntryReader.Misfit;
import org.bson.BsonString;

/** Reads the journals that have one document for each event, so that the newest of a migration decides. */
final class EventReader {
    /** A suffix of Mongock's: the part of a change that runs outside of its transaction, before it. */
    private static final String BEFORE = "_before";

    private static final Comparator<PeerEvent> BY_TIME = Comparator.comparing(
                    PeerEvent::at, Comparator.nullsFirst(Comparator.<Instant>naturalOrder()))
            .thenComparingLong(PeerEvent::rank);

    private EventReader() {}

    /**
     * One event of a migration.
     *
     * @param at null if unknown
     * @param rank decides between events of the same time: the higher is newer
     * @param order the tool's own order, between migrations of the same time
     * @param before whether it is of the part that runs before a change
     * @param what the state after it
     */
    private record PeerEvent(Instant at, long rank, String order, boolean before, PeerMigration what) {}

    /** The events of each migration, by its identifier. */
    private static Map<String, List<PeerEvent>> grouped(
            List<PeerDocument> documents, Understanding<PeerEvent> identity, String... idFields) {
        Map<String, List<PeerEvent>> groups = new LinkedHashMap<>();
        for (PeerDocument document : documents) {
            String id = null;
            PeerEvent event;
            try {
                id = joined(document, idFields);
                event = identity.of(document, id);
            } catch (Misfit e) {
                id = id == null ? document.key() : id;
                // It may be the newest, so it decides.
                event = new PeerEvent(Instant.MAX, 0, "", false, PeerMigration.inDoubt(id, id, e.getMessage()));
            }
            if (event != null) {
                groups.computeIfAbsent(id, key -> new ArrayList<>()).add(event);
            }
        }
        groups.values().forEach(events -> events.sort(BY_TIME));
        return groups;
    }

    private static String joined(PeerDocument document, String... fields) throws Misfit {
        StringBuilder id = new StringBuilder(document.id(fields[0]));
        for (int i = 1; i < fields.length; i++) {
            id.append("::").append(document.id(fields[i]));
        }
        return id.toString();
    }

    /** Returns the newest event of each migration, in the order of their first events. */
    private static List<PeerEvent> newest(Map<String, List<PeerEvent>> groups) {
        List<List<PeerEvent>> ordered = new ArrayList<>(groups.values());
        ordered.sort(Comparator.<List<PeerEvent>, PeerEvent>comparing(events -> events.get(0), BY_TIME)
                .thenComparing(events -> events.get(0).order()));
        return ordered.stream().map(events -> events.get(events.size() - 1)).toList();
    }

    private static List<PeerMigration> migrations(Map<String, List<PeerEvent>> groups) {
        return newest(groups).stream().map(PeerEvent::what).toList();
    }

    static List<PeerMigration> mongock(List<PeerDocument> documents, List<String> notices) {
        Understanding<PeerEvent> understanding = (document, id) -> {
            if (document.flag("systemChange")) {
                return null;
            }
            String state = document.has("state") ? document.id("state") : "EXECUTED"; // Mongock 4 had no states
            PeerState known = switch (state) {
                case "EXECUTED" -> PeerState.APPLIED;
                case "ROLLED_BACK" -> PeerState.NOT_APPLIED;
                case "FAILED", "ROLLBACK_FAILED" -> PeerState.IN_DOUBT;
                case "IGNORED" -> null;
                default -> throw unknown("state", state);
            };
            return known == null ? null : change(document, id, known, state, "timestamp", "");
        };
        return mains(grouped(documents, understanding, "changeId", "author"));
    }

    static List<PeerMigration> flamingock(List<PeerDocument> documents, List<String> notices) {
        Understanding<PeerEvent> understanding = (document, id) -> {
            if (document.flag("systemChange")) {
                return null;
            }
            String state = document.id("state");
            PeerState known = switch (state) {
                case "APPLIED", "MANUAL_MARKED_AS_APPLIED" -> PeerState.APPLIED;
                case "ROLLED_BACK", "MANUAL_MARKED_AS_ROLLED_BACK" -> PeerState.NOT_APPLIED;
                case "STARTED", "FAILED", "ROLLBACK_FAILED" -> PeerState.IN_DOUBT;
                default -> throw unknown("state", state);
            };
            // Before 2026 the fields were called timestamp and order.
            String time = document.has("createdAt") ? "createdAt" : "timestamp";
            String order = document.text(document.has("changeOrder") ? "changeOrder" : "order");
            return change(document, id, known, state, time, order == null ? "" : order);
        };
        return mains(grouped(documents, understanding, "changeId"));
    }

    /** The states in which one of two events of the same time is newer. */
    private static final List<String> PRIORITY = List.of(
            "STARTED",
            "APPLIED",
            "FAILED",
            "ROLLED_BACK",
            "ROLLBACK_FAILED",
            "MANUAL_MARKED_AS_APPLIED",
            "MANUAL_MARKED_AS_ROLLED_BACK");

    private static PeerEvent change(
            PeerDocument document, String id, PeerState known, String state, String timeField, String order)
            throws Misfit {
        String name = document.id("changeId");
        String type = document.text("type");
        Instant at = document.time(timeField);
        String doubt = known == PeerState.IN_DOUBT ? "its newest entry is " + state : null;
        return new PeerEvent(
                at,
                PRIORITY.indexOf(state),
                order,
                type != null && (type.equals("BEFORE_EXECUTION") || type.equals("MONGOCK_BEFORE")),
                new PeerMigration(id, name, known, doubt, PeerMigration.leadingNumber(name), at, null));
    }

    private static Misfit unknown(String field, String value) {
        return new Misfit("its " + field + " is \"" + value + "\"");
    }

    /** Joins what runs before a change with that change: if only the first part ran, the change is in doubt. */
    private static List<PeerMigration> mains(Map<String, List<PeerEvent>> groups) {
        List<PeerEvent> newest = newest(groups);
        Set<String> mains = new HashSet<>();
        newest.stream()
                .filter(one -> !one.before())
                .forEach(one -> mains.add(one.what().name()));
        List<PeerMigration> all = new ArrayList<>();
        for (PeerEvent one : newest) {
            PeerMigration what = one.what();
            String main = what.name().replaceFirst(BEFORE + "$", "");
            if (!one.before()) {
                all.add(what);
            } else if (!mains.contains(main) && what.state() != PeerState.NOT_APPLIED) {
                String doubt = what.inDoubt() ? what.doubt() : "only the part before its execution has run";
                all.add(new PeerMigration(
                        main + what.id().substring(what.name().length()),
                        main,
                        PeerState.IN_DOUBT,
                        doubt,
                        what.number(),
                        what.appliedAt(),
                        what.hash()));
            }
        }
        return all;
    }

    static List<PeerMigration> liquibase(List<PeerDocument> documents, List<String> notices) {
        Understanding<PeerEvent> understanding = (document, id) -> {
            String type = document.id("execType");
            if (!Set.of("EXECUTED", "RERAN", "MARK_RAN").contains(type)) {
                throw unknown("execType", type);
            }
            return new PeerEvent(
                    Instant.EPOCH,
                    document.required("orderExecuted"),
                    id,
                    false,
                    new PeerMigration(
                            id,
                            id,
                            PeerState.APPLIED,
                            null,
                            PeerMigration.leadingNumber(document.id("id")),
                            document.time("dateExecuted"),
                            document.text("md5sum")));
        };
        return migrations(grouped(documents, understanding, "fileName", "id", "author"));
    }

    static List<PeerMigration> flyway(List<PeerDocument> documents, List<String> notices) {
        Understanding<PeerEvent> understanding = (document, version) -> {
            String type = document.id("type");
            long rank = document.required("installed_rank");
            if (!document.has("success")) {
                throw new Misfit("it has no success");
            }
            boolean success = document.flag("success");
            boolean undone = type.equals("DELETE") || type.startsWith("UNDO");
            PeerState state = !success ? PeerState.IN_DOUBT : undone ? PeerState.NOT_APPLIED : PeerState.APPLIED;
            String name =
                    type.contains("BASELINE") ? version + "_baseline" : scriptName(version, document.id("script"));
            Long checksum = document.whole("checksum");
            PeerMigration what = new PeerMigration(
                    version,
                    name,
                    state,
                    success ? null : "its newest entry has failed",
                    PeerMigration.numberOf(version),
                    localTime(document.text("installed_on")),
                    checksum == null ? null : checksum.toString());
            return new PeerEvent(Instant.EPOCH, rank, version, false, what);
        };
        List<PeerDocument> versioned =
                documents.stream().filter(document -> document.has("version")).toList();
        long repeatable = documents.stream()
                .filter(document -> !document.has("version"))
                .filter(document ->
                        !new BsonString("SCHEMA").equals(document.fields().get("type")))
                .count();
        if (repeatable > 0) {
            notices.add(Wording.count(repeatable, "repeatable migration") + " of Flyway, without a version, skipped.");
        }
        return migrations(grouped(versioned, understanding, "version"));
    }

    /** Returns a script's name without its ending and its prefix: {@code 2__add_users} for {@code V2__add_users.json}. */
    private static String scriptName(String version, String script) {
        String file = script.substring(Math.max(script.lastIndexOf('/'), script.lastIndexOf('\\')) + 1);
        String name = PeerMigration.withoutEnding(file);
        int start = name.indexOf(version);
        return start > 0 ? name.substring(start) : name;
    }

    /** Returns a time that Flyway wrote as text, in the zone of the machine that wrote it, which counts as this one's. */
    private static Instant localTime(String text) throws Misfit {
        if (text == null) {
            return null;
        }
        try {
            return LocalDateTime.parse(text.strip().replace(' ', 'T'))
                    .atZone(ZoneId.systemDefault())
                    .toInstant();
        } catch (DateTimeException e) {
            throw new Misfit("its installed_on is not a time: " + text);
        }
    }
}

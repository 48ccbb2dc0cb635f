package migopy.adopt;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.adopt.PeerDocument.Understanding;
import migopy.adopt.PeerMigration.PeerState;
import migopy.journal.EntryReader.Misfit;

/** Reads the journals that have one document for each migration, or one for the version that was reached. */
final class PresenceReader {
    private static final Comparator<PeerMigration> BY_ID = Comparator.comparing(PeerMigration::id);

    private static final Comparator<PeerMigration> BY_NUMBER = Comparator.comparing(
                    PeerMigration::number, Comparator.nullsLast(Comparator.<Long>naturalOrder()))
            .thenComparing(BY_ID);

    private static final Comparator<PeerMigration> BY_TIME = Comparator.comparing(
                    PeerMigration::appliedAt, Comparator.nullsLast(Comparator.<Instant>naturalOrder()))
            .thenComparing(BY_ID);

    private PresenceReader() {}

    /** Reads each document. One that cannot be understood is in doubt, under its identifier if that is understood. */
    private static List<PeerMigration> each(
            List<PeerDocument> documents, String idField, Understanding<PeerMigration> understanding) {
        Map<String, PeerMigration> all = new LinkedHashMap<>();
        for (PeerDocument document : documents) {
            String id = null;
            PeerMigration one;
            try {
                id = document.id(idField);
                one = understanding.of(document, id);
            } catch (Misfit e) {
                String known = id == null ? document.key() : id;
                one = PeerMigration.inDoubt(known, PeerMigration.withoutEnding(known), e.getMessage());
            }
            all.merge(one.id(), one, PresenceReader::newer);
        }
        return new ArrayList<>(all.values());
    }

    /** Returns the newer of two documents of one migration, such as of one that was run again after an edit. */
    private static PeerMigration newer(PeerMigration a, PeerMigration b) {
        if (a.inDoubt() || b.inDoubt()) {
            return a.inDoubt() ? a : b;
        }
        return a.appliedAt() != null && (b.appliedAt() == null || a.appliedAt().isAfter(b.appliedAt())) ? a : b;
    }

    private static List<PeerMigration> sorted(List<PeerMigration> all, Comparator<PeerMigration> order) {
        all.sort(order);
        return all;
    }

    static List<PeerMigration> migrateMongo(List<PeerDocument> documents, List<String> notices) {
        return sorted(
                each(
                        documents,
                        "fileName",
                        (document, id) ->
                                PeerMigration.ofFile(id, document.time("appliedAt"), document.text("fileHash"))),
                BY_ID);
    }

    static List<PeerMigration> mongoMigrateTs(List<PeerDocument> documents, List<String> notices) {
        List<PeerMigration> all = each(
                documents,
                "className",
                (document, id) -> new PeerMigration(
                        id, id, PeerState.APPLIED, null, trailingNumber(id), document.milliseconds("timestamp"), null));
        return sorted(all, BY_NUMBER);
    }

    private static Long trailingNumber(String name) {
        int start = name.length();
        while (start > 0 && name.charAt(start - 1) >= '0' && name.charAt(start - 1) <= '9') {
            start--;
        }
        return PeerMigration.numberOf(name.substring(start));
    }

    static List<PeerMigration> tsMigrateMongoose(List<PeerDocument> documents, List<String> notices) {
        List<PeerMigration> all = each(documents, "name", (document, name) -> {
            Instant createdAt = document.time("createdAt");
            if (createdAt == null) {
                throw new Misfit("it has no createdAt, which is a part of its file's name");
            }
            String state = document.id("state");
            if (!Set.of("up", "down").contains(state)) {
                throw new Misfit("its state is \"" + state + "\"");
            }
            String file = createdAt.toEpochMilli() + "-" + name;
            return new PeerMigration(
                    file,
                    file,
                    state.equals("up") ? PeerState.APPLIED : PeerState.NOT_APPLIED,
                    null,
                    createdAt.toEpochMilli(),
                    createdAt,
                    null);
        });
        return sorted(all, BY_TIME);
    }

    static List<PeerMigration> mongodbMigrationsNpm(List<PeerDocument> documents, List<String> notices) {
        List<PeerMigration> all = each(
                documents,
                "id",
                (document, id) -> new PeerMigration(
                        id, id, PeerState.APPLIED, null, PeerMigration.leadingNumber(id), null, null));
        return sorted(all, BY_NUMBER);
    }

    static List<PeerMigration> mongodbMigrationsPypi(List<PeerDocument> documents, List<String> notices) {
        List<PeerMigration> all = each(
                documents,
                "migration_datetime",
                (document, id) -> new PeerMigration(
                        id,
                        id,
                        PeerState.APPLIED,
                        null,
                        PeerMigration.numberOf(id),
                        document.time("created_at"),
                        null));
        return sorted(all, BY_ID);
    }

    static List<PeerMigration> pymongoMigrate(List<PeerDocument> documents, List<String> notices) {
        List<PeerMigration> all = each(documents, "name", (document, id) -> {
            if (!document.fields().containsKey("applied")) {
                throw new Misfit("it has no applied");
            }
            Instant applied = document.time("applied");
            PeerState state = applied == null ? PeerState.NOT_APPLIED : PeerState.APPLIED;
            return new PeerMigration(id, id, state, null, PeerMigration.leadingNumber(id), applied, null);
        });
        return sorted(all, BY_TIME);
    }

    /** A document with any other field was written by another tool. */
    static List<PeerMigration> pythonMigopy(List<PeerDocument> documents, List<String> notices) {
        return sorted(
                each(documents, "name", (document, id) -> {
                    if (!Peer.PYTHON_MIGOPY.wrote(document.fields())) {
                        throw new Misfit("it has fields other than _id and name");
                    }
                    return PeerMigration.ofFile(id, null, null);
                }),
                BY_NUMBER);
    }

    /** What was undone stays in Beanie's log; the current migration decides, by the order of the names. */
    static List<PeerMigration> beanie(List<PeerDocument> documents, List<String> notices) {
        List<String> current = new ArrayList<>();
        List<PeerMigration> all = each(documents, "name", (document, id) -> {
            if (document.flag("is_current")) {
                current.add(id);
            }
            return PeerMigration.ofFile(id, document.time("ts"), null);
        });
        if (current.size() > 1) {
            all.replaceAll(one -> one.as(PeerState.IN_DOUBT, "there are several current migrations"));
            return sorted(all, BY_ID);
        }
        String last = current.isEmpty() ? "" : current.get(0);
        all.replaceAll(
                one -> one.applied() && one.id().compareTo(last) > 0 ? one.as(PeerState.NOT_APPLIED, null) : one);
        return sorted(all, BY_ID);
    }

    /** The only document names the version that was reached; it is dirty until the migration to it has succeeded. */
    static List<PeerMigration> golangMigrate(List<PeerDocument> documents, List<String> notices) {
        if (documents.isEmpty()) {
            return List.of();
        }
        PeerDocument document = documents.get(0);
        String id = document.key();
        try {
            long version = document.required("version");
            id = Long.toString(version);
            if (!document.has("dirty")) {
                throw new Misfit("it has no dirty");
            }
            boolean dirty = document.flag("dirty");
            if (documents.size() > 1) {
                throw new Misfit("there are " + documents.size() + " documents instead of one");
            }
            if (version < 0) {
                return List.of(); // its word for no version at all is -1
            }
            PeerMigration reached = new PeerMigration(
                    id, versionName(version), PeerState.APPLIED, null, PeerMigration.numberOf(id), null, null);
            return List.of(
                    dirty ? reached.as(PeerState.IN_DOUBT, "it is dirty: a migration to it has failed") : reached);
        } catch (Misfit e) {
            return List.of(PeerMigration.inDoubt(id, versionName(id), e.getMessage()));
        }
    }

    /** Returns the name of a version of golang-migrate, whose journal does not have the names of its files. */
    static String versionName(Object version) {
        return Peer.GOLANG_MIGRATE.word() + "_" + version;
    }
}

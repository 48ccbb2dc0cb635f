package migopy.adopt;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of the other tool's migrations: those in their names if all have one and they are in the tool's order,
 * else the times when they were applied, else their positions.
 */
record PeerNumbers(List<PeerMigration> migrations) {
    Map<PeerMigration, Long> all() {
        List<PeerMigration> applied =
                migrations.stream().filter(PeerMigration::applied).toList();
        boolean named = isAscending(applied.stream().map(PeerMigration::number).toList());
        boolean timed = applied.stream().allMatch(one -> one.appliedAt() != null);
        Map<PeerMigration, Long> numbers = new HashMap<>();
        long position = 0;
        for (PeerMigration one : migrations) {
            position++;
            Long number = named ? one.number() : timed && one.appliedAt() != null ? byTime(one.appliedAt()) : null;
            numbers.put(one, number == null ? Long.valueOf(position) : number);
        }
        return numbers;
    }

    private static boolean isAscending(List<Long> numbers) {
        Long before = null;
        for (Long number : numbers) {
            if (number == null || before != null && number < before) {
                return false;
            }
            before = number;
        }
        return true;
    }

    /** {@code 20261129101500}, as {@code create --timestamp} numbers a file. */
    private static long byTime(Instant time) {
        LocalDateTime at = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        long date = at.getYear() * 10_000L + at.getMonthValue() * 100L + at.getDayOfMonth();
        return date * 1_000_000L + at.getHour() * 10_000L + at.getMinute() * 100L + at.getSecond();
    }
}

package migopy;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the class of a migration whose {@code up()} may be called again after any kill, as when it
 * is made of backfills. An interrupted one is then run again by the next {@code execute} without
 * asking.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Resumable {}

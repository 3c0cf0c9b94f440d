package omega.flock.interop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs the JavaScript stack. Without it the test is skipped and one line says why; under
 * {@code FLOCK_INTEROP=required}, as in {@code .ci/run}, that is a failure.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("interop")
@ExtendWith(JavaScriptInteropCondition.class)
public @interface JavaScriptInterop {
    /** Whether the test means nothing unless loopback is the only interface: true where JavaScript nodes run with default options. */
    boolean onlyLoopback() default false;
}

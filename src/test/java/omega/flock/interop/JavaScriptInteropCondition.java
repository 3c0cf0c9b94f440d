package omega.flock.interop;

import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link JavaScriptInterop} whether a test runs, is skipped with a line, or fails for want of the stack. */
final class JavaScriptInteropCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> obstacle = JavaScriptStack.absence().or(() -> needsOnlyLoopback(context) ? JavaScriptStack.stall() : Optional.empty());
        if (obstacle.isEmpty()) {
            return ConditionEvaluationResult.enabled("the JavaScript stack is here");
        }
        if (JavaScriptStack.isRequired()) {
            throw new IllegalStateException("FLOCK_INTEROP=required, but " + obstacle.get());
        }
        System.out.println("interop skipped: " + context.getDisplayName() + ": " + obstacle.get());
        return ConditionEvaluationResult.disabled(obstacle.get());
    }

    private static boolean needsOnlyLoopback(ExtensionContext context) {
        return context.getElement()
                .flatMap(element -> AnnotationSupport.findAnnotation(element, JavaScriptInterop.class))
                .map(JavaScriptInterop::onlyLoopback)
                .orElse(false);
    }
}

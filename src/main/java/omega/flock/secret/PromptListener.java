package omega.flock.secret;

import java.util.function.Consumer;
import omega.flock.base.CloseReason;

/**
 * Hears of the end of a connection on the very thread that ends it, in its turn among all that do: for what is ours, which must not block.
 * Those of programs, which may, get a thread each.
 */
@FunctionalInterface
public interface PromptListener extends Consumer<CloseReason> {}

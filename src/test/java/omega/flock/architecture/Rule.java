package omega.flock.architecture;

import java.util.List;

/** One rule of the house: finds what breaks it, each with its place. */
@FunctionalInterface
public interface Rule {
    List<String> violations(SourceTree tree);
}

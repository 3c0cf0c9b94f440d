package omega.flock.packaging;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that programs outside the module can name, read from its classes. */
final class ExportedApi {

    private static final List<String> PACKAGES = List.of("omega.flock", "omega.flock.base", "omega.flock.gateway");
    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

    private ExportedApi() {}

    /** {@return the public types, nested ones behind the one they stand in} */
    static List<Class<?>> types() throws IOException {
        List<Class<?>> types = new ArrayList<>();
        for (String name : PACKAGES) {
            Path sources = Jdk.root().resolve("src/main/java").resolve(name.replace('.', '/'));
            try (Stream<Path> files = Files.list(sources)) {
                files.map(file -> file.getFileName().toString()).filter(file -> file.matches("[A-Z]\\w*\\.java")).sorted()
                        .forEach(file -> add(load(name + "." + file.substring(0, file.length() - ".java".length())), types));
            }
        }
        return types;
    }

    /** {@return what a program can call, in the order of the names: constructors, then methods, those of every object left out} */
    static List<Executable> calls(Class<?> type) {
        List<Executable> calls = new ArrayList<>();
        Stream.of(type.getDeclaredConstructors()).filter(ExportedApi::isReachable).sorted(Comparator.comparing(Constructor::toGenericString))
                .forEach(calls::add);
        Stream.of(type.getDeclaredMethods()).filter(method -> isReachable(method) && !method.isSynthetic())
                .filter(method -> !OF_EVERY_OBJECT.contains(method.getName()) && !isOfEveryEnum(method))
                .sorted(Comparator.comparing(Method::getName).thenComparing(Method::toGenericString)).forEach(calls::add);
        return calls;
    }

    /** {@return a type and its members, one a line} */
    static List<String> lines(Class<?> type) {
        List<String> lines = new ArrayList<>();
        lines.add(header(type));
        if (type.isEnum()) {
            lines.add("    " + Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining(", ")));
        }
        Stream.of(type.getDeclaredFields()).filter(field -> isReachable(field.getModifiers()) && !field.isEnumConstant())
                .sorted(Comparator.comparing(Field::getName))
                .forEach(field -> lines.add("    " + Modifier.toString(field.getModifiers()) + " " + shown(field.getGenericType()) + " " + field.getName()));
        calls(type).forEach(call -> lines.add("    " + line(call)));
        return lines;
    }

    private static String header(Class<?> type) {
        String kind = type.isRecord() ? "record" : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
        List<Type> above = new ArrayList<>(List.of(type.getGenericInterfaces()));
        if (type.getSuperclass() != null && !type.isRecord() && !type.isEnum() && type.getSuperclass() != Object.class) {
            above.addFirst(type.getGenericSuperclass());
        }
        return (Modifier.isFinal(type.getModifiers()) && kind.equals("class") ? "final " : "") + kind + " " + type.getTypeName().replace('$', '.')
                + typeParameters(type)
                + (above.isEmpty() ? "" : above.stream().map(ExportedApi::shown).collect(Collectors.joining(", ", " : ", "")));
    }

    private static String line(Executable call) {
        List<String> parameters = Arrays.stream(call.getParameters())
                .map(each -> (each.isVarArgs() ? shown(each.getParameterizedType()).replaceAll("\\[]$", "...") : shown(each.getParameterizedType()))
                        + " " + each.getName()).toList();
        String result = call instanceof Method method
                ? (Modifier.isStatic(method.getModifiers()) ? "static " : "") + shown(method.getGenericReturnType()) + " " + method.getName() : "new";
        return result + "(" + String.join(", ", parameters) + ")" + (call.getGenericExceptionTypes().length == 0 ? ""
                : Arrays.stream(call.getGenericExceptionTypes()).map(ExportedApi::shown).collect(Collectors.joining(", ", " throws ", "")));
    }

    private static String typeParameters(GenericDeclaration type) {
        return type.getTypeParameters().length == 0 ? ""
                : Arrays.stream(type.getTypeParameters()).map(ExportedApi::shown).collect(Collectors.joining(", ", "<", ">"));
    }

    private static String shown(Type type) {
        return type.getTypeName().replaceAll("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])", "").replace('$', '.');
    }

    private static void add(Class<?> type, List<Class<?>> types) {
        if (isReachable(type.getModifiers())) {
            types.add(type);
            Stream.of(type.getDeclaredClasses()).sorted(Comparator.comparing(Class::getName)).forEach(nested -> add(nested, types));
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("a source without a class: " + name, e);
        }
    }

    private static boolean isReachable(Executable member) {
        return isReachable(member.getModifiers());
    }

    private static boolean isReachable(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static boolean isOfEveryEnum(Method method) {
        return method.getDeclaringClass().isEnum() && Set.of("values", "valueOf").contains(method.getName());
    }
}

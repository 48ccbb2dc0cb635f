package migopy.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A project as Eclipse, Visual Studio Code and IntelliJ IDEA read it, and its files.
 *
 * @param folder the name of its folder
 * @param owner the project of Migopy, since an Eclipse workspace has one project of a name
 * @param sources the names of its source folders, relative to the project
 * @param libraries its class path
 * @param library the entry of the class path with Migopy's classes
 * @param librarySources Migopy's sources, or null if they are not on this machine
 */
record IdeProject(
        String folder, String owner, List<String> sources, List<Path> libraries, Path library, Path librarySources) {
    private static final String RUNTIME = "org.eclipse.jdt.launching.JRE_CONTAINER/"
            + "org.eclipse.jdt.internal.debug.ui.launcher.StandardVMType/JavaSE-";

    IdeProject {
        sources = List.copyOf(sources);
        libraries = List.copyOf(libraries);
    }

    /** Returns the texts of its files by their names, relative to the project. */
    Map<String, String> files() {
        int java = Runtime.version().feature();
        Map<String, String> files = new TreeMap<>();
        files.put(".project", """
            <?xml version="1.0" encoding="UTF-8"?>
            <projectDescription>
            \t<name>%s</name>
            \t<buildSpec>
            \t\t<buildCommand>
            \t\t\t<name>org.eclipse.jdt.core.javabuilder</name>
            \t\t</buildCommand>
            \t</buildSpec>
            \t<natures>
            \t\t<nature>org.eclipse.jdt.core.javanature</nature>
            \t</natures>
            </projectDescription>
            """.formatted(escaped(folder + " of " + owner)));
        files.put(".classpath", classpath(java));
        files.put(".settings/org.eclipse.jdt.core.prefs", """
            eclipse.preferences.version=1
            org.eclipse.jdt.core.compiler.codegen.targetPlatform=%1$d
            org.eclipse.jdt.core.compiler.compliance=%1$d
            org.eclipse.jdt.core.compiler.source=%1$d
            """.formatted(java));
        files.put(folder + ".iml", module());
        return files;
    }

    /** Returns IntelliJ IDEA's list of the projects in a folder. */
    static String modules(List<String> folders) {
        StringBuilder modules = new StringBuilder();
        for (String folder : folders) {
            modules.append("      <module fileurl=\"file://$PROJECT_DIR$/%1$s/%1$s.iml\"".formatted(folder))
                    .append(" filepath=\"$PROJECT_DIR$/%1$s/%1$s.iml\"/>\n".formatted(folder));
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <project version="4">
              <component name="ProjectModuleManager">
                <modules>
            %s    </modules>
              </component>
            </project>
            """.formatted(modules);
    }

    private String classpath(int java) {
        StringBuilder entries = new StringBuilder();
        for (String source : sources) {
            entries.append("\t<classpathentry kind=\"src\" path=\"%s\"/>\n".formatted(escaped(source)));
        }
        entries.append("\t<classpathentry kind=\"con\" path=\"%s%d\"/>\n".formatted(RUNTIME, java));
        for (Path jar : libraries) {
            String attached = sourcesOf(jar)
                    .map(found -> " sourcepath=\"%s\"".formatted(escaped(found.toString())))
                    .orElse("");
            entries.append(
                    "\t<classpathentry kind=\"lib\" path=\"%s\"%s/>\n".formatted(escaped(jar.toString()), attached));
        }
        entries.append("\t<classpathentry kind=\"output\" path=\"bin\"/>\n".formatted());
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <classpath>
            %s</classpath>
            """.formatted(entries);
    }

    private String module() {
        StringBuilder folders = new StringBuilder();
        for (String source : sources) {
            folders.append("      <sourceFolder url=\"file://$MODULE_DIR$/%s\" isTestSource=\"false\"/>\n"
                    .formatted(escaped(source)));
        }
        StringBuilder classes = new StringBuilder();
        StringBuilder texts = new StringBuilder();
        for (Path jar : libraries) {
            classes.append("          <root url=\"%s\"/>\n".formatted(escaped(url(jar))));
            sourcesOf(jar)
                    .ifPresent(found -> texts.append("          <root url=\"%s\"/>\n".formatted(escaped(url(found)))));
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <module type="JAVA_MODULE" version="4">
              <component name="NewModuleRootManager" inherit-compiler-output="true">
                <content url="file://$MODULE_DIR$">
            %s    </content>
                <orderEntry type="inheritedJdk"/>
                <orderEntry type="sourceFolder" forTests="false"/>
                <orderEntry type="module-library">
                  <library>
                    <CLASSES>
            %s        </CLASSES>
                    <JAVADOC/>
                    <SOURCES>
            %s        </SOURCES>
                  </library>
                </orderEntry>
              </component>
            </module>
            """.formatted(folders, classes, texts);
    }

    private static String url(Path entry) {
        String path = entry.toString().replace('\\', '/');
        return Files.isDirectory(entry) ? "file://" + path : "jar://" + path + "!/";
    }

    /** Returns the sources of a jar, which Maven repositories have beside it. */
    private Optional<Path> sourcesOf(Path jar) {
        if (jar.equals(library) && librarySources != null) {
            return Optional.of(librarySources);
        }
        String fileName = jar.getFileName().toString();
        return fileName.endsWith(".jar")
                ? Optional.of(jar.resolveSibling(fileName.replaceFirst("\\.jar$", "-sources.jar")))
                        .filter(Files::isRegularFile)
                : Optional.empty();
    }

    /** Returns a text as the value of an XML attribute. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

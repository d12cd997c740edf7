package powerball.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

/** A DuckDB database in a test's folder. Only one program at a time can have it open. */
public final class DuckDb extends TestDatabase {

    private final Path driverJar = driver("duckdb_jdbc-*.jar");
    private final Driver driver = load(driverJar, "org.duckdb.DuckDBDriver");
    private final Path folder;
    private int databases; // made so far

    public DuckDb(Path folder) {
        this.folder = folder;
        freshDatabase();
    }

    @Override public void freshDatabase() {
        databases++;
    }

    private Path file() {
        return folder.resolve("tickets " + databases + ".duckdb");
    }

    @Override public String url() {
        return "jdbc:duckdb:" + file();
    }

    @Override public Path driverJar() {
        return driverJar;
    }

    @Override public Connection connect() throws SQLException {
        return driver.connect(url(), new Properties());
    }

    /** A program of its own that has the file open, until the end of its input. */
    @Override public Lock lock() {
        String program = """
                import java.sql.*;
                public class Holder {
                    public static void main(String[] url) throws Exception {
                        try (Connection open = DriverManager.getConnection(url[0])) {
                            System.out.println("open");
                            System.in.read();
                        }
                    }
                }
                """;
        Path source = folder.resolve("Holder.java");
        Run.makeScript(source, program);
        Run holder = Run.start(folder, List.of(Run.JAVA, "-cp", driverJar.toString(),
                source.toString(), url()));
        holder.awaitOutput("open\n");
        return () -> {
            holder.typeEnd();
            holder.exitCode();
            holder.close();
            Files.deleteIfExists(source);
        };
    }

    @Override public void close() {
        // There is no server, and its folder is the test's.
    }
}

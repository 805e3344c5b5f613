import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** What applications on the JVM do, by PostgreSQL's own driver. Arguments: URL, user, password, CA file. */
public class Clients {
    static int checks = 0;

    static void expect(boolean holds, String what) {
        checks++;
        if (!holds) throw new AssertionError(what);
    }

    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("user", arguments[1]);
        properties.setProperty("password", arguments[2]);
        properties.setProperty("ssl", "true");
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", arguments[3]);
        properties.setProperty("ApplicationName", "jdbc test");
        properties.setProperty("prepareThreshold", "3");
        try (Connection connection = DriverManager.getConnection(arguments[0], properties)) {
            prepared(connection);
            batches(connection);
            cursors(connection);
            copies(connection);
            cancels(connection);
            errors(connection);
        }
        System.out.println("checks " + checks);
    }

    static void prepared(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select ?::int + 1, current_setting('application_name')")) {
            for (int n = 0; n < 20; n++) {
                statement.setInt(1, n);
                try (ResultSet rows = statement.executeQuery()) {
                    expect(rows.next() && rows.getInt(1) == n + 1, "a prepared statement's row");
                    expect(rows.getString(2).equals("jdbc test"), "the application's name");
                }
            }
        }
    }

    static void batches(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create temp table batch (n int primary key, word text)");
        }
        try (PreparedStatement statement = connection.prepareStatement("insert into batch values (?, ?)")) {
            for (int n = 0; n < 5000; n++) {
                statement.setInt(1, n);
                statement.setString(2, "word " + n);
                statement.addBatch();
            }
            expect(statement.executeBatch().length == 5000, "a batch");
        }
        try (PreparedStatement statement = connection.prepareStatement("insert into batch values (?, 'again')")) {
            statement.setInt(1, 1);
            statement.addBatch();
            statement.executeBatch();
            expect(false, "a key was taken twice");
        } catch (BatchUpdateException error) {
            expect(error.getSQLState().equals("23505"), "the SQLSTATE of a batch");
        }
    }

    static void cursors(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(100);
            long sum = 0;
            try (ResultSet rows = statement.executeQuery("select generate_series(1, 20000)")) {
                while (rows.next()) sum += rows.getInt(1);
            }
            expect(sum == 200010000L, "a portal read in pieces");
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    static void copies(Connection connection) throws Exception {
        CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
        StringBuilder lines = new StringBuilder();
        for (int n = 10000; n < 30000; n++) lines.append(n).append("\tword\n");
        expect(copies.copyIn("copy batch from stdin", new StringReader(lines.toString())) == 20000, "a copy in");
        StringWriter out = new StringWriter();
        expect(copies.copyOut("copy batch to stdout", out) == 25000, "a copy out");
    }

    static void cancels(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            statement.execute("select pg_sleep(60)");
            expect(false, "a query outlived its timeout");
        } catch (SQLException error) {
            expect(error.getSQLState().equals("57014"), "the SQLSTATE of a cancelled query");
        }
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery("select 1")) {
            expect(rows.next() && rows.getInt(1) == 1, "the session goes on");
        }
    }

    static void errors(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select * from nowhere");
            expect(false, "a table that is not there");
        } catch (SQLException error) {
            expect(error.getSQLState().equals("42P01"), "the SQLSTATE of an error");
        }
    }
}

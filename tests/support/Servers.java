package support;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands a test its {@link MongoServer}; each kind of server is started once a run and stopped at
 * its end.
 */
final class Servers implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(Servers.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MongoServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Kind kind = parameter.findAnnotation(On.class).map(On::value).orElse(Kind.REPLICA_SET);
        // A store closes what it holds: the root's when the run ends, a test's when the test ends.
        ExtensionContext owner = kind == Kind.OWN ? context : context.getRoot();
        String key = kind == Kind.OWN ? "own " + parameter.getIndex() : kind.name();
        Deployment deployment =
                owner.getStore(NAMESPACE)
                        .computeIfAbsent(key, any -> Deployment.start(kind), Deployment.class);
        MongoServer server = new MongoServer(deployment);
        context.getStore(NAMESPACE).put(server, server);
        return server;
    }
}

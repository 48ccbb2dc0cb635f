/** Tests of kills, lost connections, step-downs and full disks, mostly in a separate JVM and on a real server. */
package faults;

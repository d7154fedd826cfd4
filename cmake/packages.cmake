# Debian packages by `cpack -G DEB` (tools/package): recapd and recapctl, each with
# its man pages, completions and documents, for the Debian that they are built on.
include(GNUInstallDirs)

# What tools/packaging/make_files leaves there, as it is installed.
set(packaging ${PROJECT_BINARY_DIR}/packaging)
foreach(component recapd recapctl)
  install(DIRECTORY ${packaging}/${component}/usr/ DESTINATION .
    COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()
install(DIRECTORY ${packaging}/recapd/etc/ DESTINATION /etc
  COMPONENT recapd EXCLUDE_FROM_ALL)

file(STRINGS /etc/os-release debian REGEX "^VERSION_ID=")
string(REGEX REPLACE "[^0-9]" "" debian "${debian}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME recapd)
foreach(name DEBFULLNAME DEBEMAIL)
  set(${name} "$ENV{${name}}")
endforeach()
if(NOT DEBFULLNAME)
  set(DEBFULLNAME "The recapd developers")
endif()
if(NOT DEBEMAIL)
  set(DEBEMAIL recapd@localhost)
endif()
set(CPACK_PACKAGE_CONTACT "${DEBFULLNAME} <${DEBEMAIL}>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL recapd recapctl)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~deb${debian}")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
# Folders are made as Debian wants them, whatever the umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
  WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_RECAPD_PACKAGE_NAME recapd)
set(CPACK_DEBIAN_RECAPD_PACKAGE_SECTION net)
set(CPACK_DEBIAN_RECAPD_DESCRIPTION "workflow engine for tutoring sessions
It carries a tutoring session from the moment it took place to the moment
it is paid: recaps of tutors and students, reminders and deadlines, limits
of hours, settlement in a balanced ledger, and pages for tutors, students,
support and managers. It keeps its data in PostgreSQL.")
set(CPACK_DEBIAN_RECAPD_PACKAGE_DEPENDS "adduser, tzdata")
set(CPACK_DEBIAN_RECAPD_PACKAGE_RECOMMENDS "postgresql, recapctl")
set(CPACK_DEBIAN_RECAPD_PACKAGE_SUGGESTS "nats-server")
set(scripts ${PROJECT_SOURCE_DIR}/tools/packaging/recapd)
set(CPACK_DEBIAN_RECAPD_PACKAGE_CONTROL_EXTRA
  ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
set(CPACK_DEBIAN_RECAPD_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_RECAPCTL_PACKAGE_NAME recapctl)
set(CPACK_DEBIAN_RECAPCTL_PACKAGE_SECTION net)
set(CPACK_DEBIAN_RECAPCTL_DESCRIPTION "asks and tells a node of recapd
The terminal's side of recapd, the workflow engine for tutoring sessions:
sessions and why they are in their state, support's decisions, reports,
policies, nodes, and a check of every invariant of a database.")
set(CPACK_DEBIAN_RECAPCTL_PACKAGE_SUGGESTS "less")
include(CPack)
